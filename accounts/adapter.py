"""How allauth behaves in a clinic: nobody signs up alone, nobody is written to at a generated address."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.models import NO_EMAIL_DOMAIN


class AccountAdapter(DefaultAccountAdapter):
    """Close sign-up, name the clinic in mails, keep silent towards generated addresses."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail and password do not go together. Check both, or ask for a new password."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        """Tell that accounts are made by the clinic only."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as its template says it."""
        return str(subject)

    def get_password_change_redirect_url(self, request) -> str:
        """Return to the profile after a change of the password."""
        return reverse("accounts:profile")

    def is_safe_url(self, url: str) -> bool:
        """Tell whether `next` is a page of ours; allauth's own check breaks on what is no address."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a mail of allauth's, unless the address is a generated one."""
        if not email.endswith(f"@{NO_EMAIL_DOMAIN}"):
            super().send_mail(template_prefix, email, context | {"clinic_name": settings.CLINIC_NAME})
