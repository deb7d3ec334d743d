"""Which invoices a person may see."""

from django.db.models import DecimalField, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Role
from homeo.base.querysets import ArchivableQuerySet
from patients.querysets import OfPatientQuerySet


class InvoiceQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Invoices."""

    def for_user(self, user):
        """Return all for the front desk and admins, one's own for patients."""
        if not user.has_perm("billing.view_invoice"):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.PATIENT:
                return self.active().of_patients_of(user)
        return self.none()

    def open(self):
        """Return those that are still to be paid."""
        return self.active().filter(payment_status__in=["PENDING", "FAILED"])

    def total(self):
        """Return the sum of the amounts."""
        zero = Value(0, output_field=DecimalField(max_digits=12, decimal_places=2))
        return self.aggregate(total=Coalesce(Sum("amount"), zero))["total"]
