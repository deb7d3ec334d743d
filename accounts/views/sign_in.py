"""The way in and out: allauth's views with our forms, words and permissions."""

from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import unsent
from accounts.forms import AskPasswordForm, ChangePasswordForm, ChoosePasswordForm, SignInForm
from homeo.base.views import AccessMixin, PublicMixin


class SignInView(PublicMixin, allauth.LoginView):
    """Sign in by e-mail and password, and go on to `next`, or to what was typed when the session had ended."""

    form_class = SignInForm
    unsent = ""

    @classmethod
    def once_more(cls, request, sealed: str):
        """Answer a form of somebody whose session has ended: sign in again, nothing is lost."""
        view = cls(unsent=sealed)
        view.setup(request)
        return view.render_to_response(view.get_context_data(form=SignInForm(request=request)), status=401)

    @method_decorator(login_not_required)
    def dispatch(self, request, *args, **kwargs):
        """Sign in; the same person then finds what was not sent."""
        response = super().dispatch(request, *args, **kwargs)
        if request.method != "POST" or not request.user.is_authenticated:
            return response
        kept = unsent.unseal(request.POST.get(unsent.FIELD, ""))
        if kept and kept["person"] == request.user.pk:
            response = render(request, "account/unsent.html", {"kept": kept})
        elif kept:
            messages.warning(request, _("What was typed here before belongs to another account. It was not sent."))
        unsent.remember(response, request.user)
        return response

    def get_context_data(self, **kwargs):
        """Carry what was not sent."""
        return super().get_context_data(**{"unsent": self.request.POST.get(unsent.FIELD, self.unsent)} | kwargs)


class SessionView(PublicMixin, View):
    """Tell a page that has been open for long whose session it has, and the CSRF token of now."""

    http_method_names = ["get"]

    def get(self, request):
        """Answer with `person`, "" for nobody, and `token`."""
        return JsonResponse({"person": request.user.pk or "", "token": get_token(request)})


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
