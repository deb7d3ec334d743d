"""Which accounts and audit rows a person may see."""

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q

from homeo.base.querysets import BaseQuerySet


class UserQuerySet(BaseQuerySet):
    """Accounts."""

    def for_user(self, user):
        """Return every account for an admin, one's own for everybody else."""
        if user.has_perm("accounts.view_user"):
            return self
        return self.filter(pk=user.pk)

    def active(self):
        """Return the accounts that may sign in."""
        return self.filter(is_active=True)

    def doctors(self):
        """Return the accounts of active doctors, by name."""
        return self.active().filter(role="DOCTOR").order_by("search_name")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Make accounts; `createsuperuser` makes an admin."""

    def create_user(self, email, password=None, **fields):
        """Save an account; without a password it can only be entered through an invitation."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        """Save an admin's account."""
        return self.create_user(email, password, role="ADMIN", **fields)


class AuditLogQuerySet(BaseQuerySet):
    """Entries of the audit log."""

    def for_user(self, user):
        """Return all entries for an admin; who opened one's own record for a patient."""
        if user.has_perm("accounts.view_auditlog"):
            return self
        return self.none()

    def about_patients(self, patient_ids):
        """Return the entries about these patients: pages opened and data changed."""
        return self.filter(patient_id__in=patient_ids)

    def matching(self, text: str):
        """Return the entries whose actor, patient or object matches `text`."""
        text = text.strip()
        return self.filter(
            Q(user__search_name__contains=text.lower())
            | Q(user__email=text.lower())
            | Q(entity_id=text)
            | Q(patient_id=text)
        )


class NameWordQuerySet(BaseQuerySet):
    """Words of names."""
