"""The base app: submissions of forms, template tags, shared parts."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """Register the ground floor with Django."""

    name = "homeo.base"
    label = "base"
    verbose_name = _("Forms")

    def ready(self):
        """Let migrations take the time that a full table needs."""
        pre_migrate.connect(take_time, sender=self)
        post_migrate.connect(be_quick, sender=self)


def take_time(using: str, **kwargs) -> None:
    """Lift the limit that statements of pages have."""
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def be_quick(using: str, **kwargs) -> None:
    """Put the limit back."""
    with connections[using].cursor() as cursor:
        cursor.execute("RESET statement_timeout")
