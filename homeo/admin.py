"""The Django admin, entered through our own sign-in."""

from functools import update_wrapper

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class HomeoAdminSite(AdminSite):
    """Every table, for admins; its sign-in, sign-out and password are those of every page."""

    site_header = _("Homeo: tables")
    site_title = _("Homeo")
    index_title = _("Tables")
    site_url = "/"
    enable_nav_sidebar = True

    def admin_view(self, view, cacheable=False):
        """Close a page to everybody but admins, with 403."""
        page = super().admin_view(view, cacheable)

        def for_admins(request, *args, **kwargs):
            if not self.has_permission(request):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return update_wrapper(for_admins, page)

    def login(self, request, extra_context=None):
        """Take an admin, who is signed in already, to the tables; anybody else gets 403."""
        if not self.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))

    def logout(self, request, extra_context=None):
        """Hand over to our sign-out."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request, extra_context=None):
        """Hand over to our page for changing the password."""
        return HttpResponseRedirect(reverse("account_change_password"))
