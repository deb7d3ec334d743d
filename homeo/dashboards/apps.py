"""The top floor: pages that combine several apps."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """The dashboards, the front-desk box, health."""

    name = "homeo.dashboards"
    label = "dashboards"
