"""Settings of the test runs: a database server of their own, quick passwords, files that are thrown away."""

import datetime as dt
import os
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
os.environ.setdefault("HOMEO_PG_DATA", str(PROJECT / "var" / "postgres-test"))
os.environ.setdefault("HOMEO_PG_FSYNC", "off")
os.environ.setdefault("SECRET_KEY", "only-for-the-tests")

from homeo.settings import *  # noqa: E402, F403

# A run begins at ten in the clinic, at whatever hour it is begun: tomorrow's visit is then always far enough away to be
# moved, and no day ends in the middle of a test.
TIME_ZONE = f"Etc/GMT{-((10 - dt.datetime.now(dt.UTC).hour + 12) % 24 - 12):+d}"
SCRATCH = Path(tempfile.mkdtemp(prefix="homeo-test-"))
DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405 - races open a hundred connections of their own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": STORAGES["default"] | {"OPTIONS": {"location": SCRATCH / "media", "base_url": None}},  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
