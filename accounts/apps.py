"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Connect the audit trail to the history of every row and to sign-in."""

    name = "accounts"
    verbose_name = _("Accounts and audit")

    def ready(self):
        """Connect the signals."""
        from accounts.audit import signals  # noqa: PLC0415 - models must be loaded first

        signals.connect()
