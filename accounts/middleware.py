"""What a person who is not signed in gets."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse

from accounts import unsent
from accounts.views.sign_in import SignInView


class SignInMiddleware(LoginRequiredMiddleware):
    """Ask strangers to sign in: by a redirect, where a form was sent with the form kept, htmx by a bare 401."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Let public pages through before the session is asked, so that they answer without a database too."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """Answer a request that needs a sign-in."""
        if request.htmx:
            return HttpResponse(status=401)
        if sealed := unsent.seal(request):
            return SignInView.once_more(request, sealed)
        return super().handle_no_permission(request, view_func)
