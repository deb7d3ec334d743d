"""A person's own account: name, phone, picture, colours."""

from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import services
from accounts.forms import ProfileForm, ThemeForm
from accounts.models import User
from homeo.base.views import AccessMixin, VersionedFormView


class ProfileView(VersionedFormView):
    """Change one's own name, phone or picture."""

    permission_required = "accounts.change_own_profile"
    queryset = User.objects.all()
    form_class = ProfileForm
    template_name = "accounts/profile.html"
    success_url = reverse_lazy("accounts:profile")

    def setup(self, request, *args, **kwargs):
        """Take the account of the person who is signed in."""
        super().setup(request, *args, **kwargs, pk=request.user.pk)

    def perform(self, form):
        """Save the profile."""
        return services.update_profile(
            actor=self.object, **{name: form.cleaned_data[name] for name in form.Meta.fields}
        )

    def get_success_message(self):
        """Say that it is saved."""
        return _("Your profile is saved.")


class ThemeView(AccessMixin, View):
    """Remember the colours a person chose, and go back to the page."""

    permission_required = "accounts.change_own_profile"
    http_method_names = ["post"]

    def post(self, request):
        """Save the choice."""
        form = ThemeForm(request.POST, user=request.user)
        if not form.is_valid():
            raise BadRequest("There is no such theme.")
        services.choose_theme(actor=request.user, theme=form.cleaned_data["theme"])
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
            back = reverse("home")
        return HttpResponseRedirect(back)
