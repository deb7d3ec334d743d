"""The clinical app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicalConfig(AppConfig):
    """Join what the apps below offer: treated patients, visits that change."""

    name = "clinical"
    verbose_name = _("Consulting room")

    def ready(self):
        """Register the source of treated patients, follow the visits, and join the chart."""
        from clinical import chart, receivers  # noqa: PLC0415 - models must be loaded first

        receivers.connect()
        chart.register()
