"""Which invoices a person may see."""

from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Role
from homeo.base.querysets import ArchivableQuerySet
from patients.querysets import OfPatientQuerySet

NUMBER_MAX_DIGITS = 9


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

    def overdue(self):
        """Return the open ones that should have been paid by now."""
        return self.open().filter(due_date__lt=timezone.localdate())

    def found(self, text: str, *, user):
        """Return those of the patients that `text` may mean, and the one whose number it is, such as B-01184."""
        patients = self.model._meta.get_field("patient").related_model
        found = patients.objects.for_user(user).found(text).order_by().values("pk")
        condition = Q(patient__in=found)
        number = text.strip().upper().removeprefix("B-")
        if number.isdecimal() and len(number) <= NUMBER_MAX_DIGITS:
            condition |= Q(invoice_no=int(number))
        return self.filter(condition)

    def total(self):
        """Return the sum of the amounts."""
        zero = Value(0, output_field=DecimalField(max_digits=12, decimal_places=2))
        return self.aggregate(total=Coalesce(Sum("amount"), zero))["total"]
