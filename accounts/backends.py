"""The authentication backend that answers permissions from the role."""

from django.contrib.auth.backends import BaseBackend

from accounts.roles import permissions_of


class RoleBackend(BaseBackend):
    """Answer `has_perm` from the table of roles; sign-in itself is allauth's."""

    def get_all_permissions(self, user_obj, obj=None) -> frozenset[str]:
        """Return the names of what the person's role may do."""
        return permissions_of(user_obj)

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        """Tell whether the role holds the permission."""
        return perm in permissions_of(user_obj)

    def has_module_perms(self, user_obj, app_label) -> bool:
        """Tell whether the role holds any permission of the app."""
        return any(perm.startswith(f"{app_label}.") for perm in permissions_of(user_obj))
