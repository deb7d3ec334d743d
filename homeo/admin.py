"""The Django admin, entered through our own sign-in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class HomeoAdminSite(AdminSite):
    """Every table, for admins."""

    site_header = _("Homeo: tables")
    site_title = _("Homeo")
    index_title = _("Tables")
    site_url = "/"
    enable_nav_sidebar = True

    def login(self, request, extra_context=None):
        """Send people to the sign-in page; a person signed in without the right gets 403."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
