"""The billing app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Draft an invoice for each completed consultation."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self):
        """Follow the consulting room, and join the chart."""
        from billing import chart, receivers  # noqa: PLC0415 - models must be loaded first

        receivers.connect()
        chart.register()
