"""The base app: submissions of forms, template tags, shared parts."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Register the ground floor with Django."""

    name = "homeo.base"
    label = "base"
