"""The base app: submissions of forms, template tags, shared parts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """Register the ground floor with Django."""

    name = "homeo.base"
    label = "base"
    verbose_name = _("Forms")
