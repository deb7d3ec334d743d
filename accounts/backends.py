"""The authentication backend: sign-in as allauth does it, permissions from the role."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.roles import permissions_of


class RoleBackend(AuthenticationBackend):
    """Sign people in by e-mail, and answer `has_perm` from the table of roles; there are no groups."""

    def get_user_permissions(self, user_obj, obj=None) -> frozenset[str]:
        """Return the names of what the person's role may do."""
        return permissions_of(user_obj)

    def get_group_permissions(self, user_obj, obj=None) -> frozenset[str]:
        """Return nothing: there are no groups."""
        return frozenset()

    def get_all_permissions(self, user_obj, obj=None) -> frozenset[str]:
        """Return the names of what the person's role may do."""
        return permissions_of(user_obj)

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        """Tell whether the role holds the permission."""
        return perm in permissions_of(user_obj)

    def has_module_perms(self, user_obj, app_label) -> bool:
        """Tell whether the role holds any permission of the app."""
        return any(perm.startswith(f"{app_label}.") for perm in permissions_of(user_obj))
