"""How allauth behaves in a clinic: nobody signs up alone, nobody is written to at a generated address."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

from accounts.models import NO_EMAIL_DOMAIN


class AccountAdapter(DefaultAccountAdapter):
    """Close sign-up, name the clinic in mails, keep silent towards generated addresses."""

    def is_open_for_signup(self, request) -> bool:
        """Tell that accounts are made by the clinic only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a mail of allauth's, unless the address is a generated one."""
        if not email.endswith(f"@{NO_EMAIL_DOMAIN}"):
            super().send_mail(template_prefix, email, context | {"clinic_name": settings.CLINIC_NAME})
