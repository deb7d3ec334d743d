"""Django's admin with our site in it."""

from django.contrib.admin.apps import AdminConfig


class HomeoAdminConfig(AdminConfig):
    """Make our admin site the default one."""

    default_site = "homeo.admin.HomeoAdminSite"
