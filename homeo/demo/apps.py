"""The demo clinic."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Commands that make and serve a lively clinic for trying Homeo out."""

    name = "homeo.demo"
    label = "demo"
