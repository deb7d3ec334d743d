"""Settings of a worker that a test starts as a process of its own: the test's database, the test's mail server."""

import os

from tests.settings import *  # noqa: F403

SCRATCH.rmdir()  # noqa: F405
DATABASES["default"]["NAME"] = os.environ["HOMEO_TEST_DATABASE"]  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["HOMEO_TEST_MAIL_PORT"])
