"""Settings of a measurement: as deployed, over a database of its own, with one page and one header more."""

import os

from homeo.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.middleware.count_queries", *MIDDLEWARE]  # noqa: F405
TEMPLATES[0]["DIRS"].append(BASE_DIR / "benchmarks" / "templates")  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}  # noqa: F405 - a refused booking is what the race asks for
