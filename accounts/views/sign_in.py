"""The way in and out: allauth's views with our forms, words and permissions."""

from allauth.account import views as allauth

from accounts.forms import AskPasswordForm, ChangePasswordForm, ChoosePasswordForm, SignInForm
from homeo.base.views import AccessMixin, PublicMixin


class SignInView(PublicMixin, allauth.LoginView):
    """Sign in by e-mail and password, and go on to `next`."""

    form_class = SignInForm


class SignOutView(PublicMixin, allauth.LogoutView):
    """Sign out; a GET asks first."""


class AccountInactiveView(PublicMixin, allauth.AccountInactiveView):
    """Say that the account is closed; only the right password leads here."""


class PasswordResetView(PublicMixin, allauth.PasswordResetView):
    """Send a link for a new password; the answer is the same for an unknown address."""

    form_class = AskPasswordForm


class PasswordResetDoneView(PublicMixin, allauth.PasswordResetDoneView):
    """Say that the link is on its way."""


class PasswordResetFromKeyView(PublicMixin, allauth.PasswordResetFromKeyView):
    """Choose a password through the link of a reset or of an invitation."""

    form_class = ChoosePasswordForm


class PasswordResetFromKeyDoneView(PublicMixin, allauth.PasswordResetFromKeyDoneView):
    """Say that the password is chosen."""


class PasswordChangeView(AccessMixin, allauth.PasswordChangeView):
    """Change one's own password."""

    permission_required = "accounts.change_own_profile"
    form_class = ChangePasswordForm
