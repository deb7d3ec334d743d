"""Which consultations and prescriptions a person may see."""

from django.db.models import Prefetch, Q

from accounts.models import Role
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet
from patients.querysets import OfPatientQuerySet


class ConsultationQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Consultations."""

    def for_user(self, user, patient=None):
        """Return one's own and those of treated patients for a doctor, one's own completed ones for a patient."""
        if not user.has_perm("clinical.view_consultation"):
            return self.none()
        match user.role:
            case Role.DOCTOR if patient is not None:
                return self.of_patients_of(user, patient)
            case Role.DOCTOR:
                treated = self.model._meta.get_field("patient").related_model.objects.for_user(user)
                return self.filter(Q(doctor=user) | Q(patient__in=treated))
            case Role.PATIENT:
                return self.active().of_patients_of(user, patient).filter(status="COMPLETED")
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def attended(self):
        """Return those in which the patient was seen."""
        return self.filter(status__in=["IN_PROGRESS", "COMPLETED"])

    def with_prescriptions(self):
        """Load what was prescribed, with its lines."""
        prescriptions = self.model._meta.get_field("prescriptions").related_model
        return self.prefetch_related(Prefetch("prescriptions", prescriptions.objects.active().with_items()))

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-scheduled_at", "-pk")


class PrescriptionQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Prescriptions."""

    def for_user(self, user, patient=None):
        """Return one's own and those of treated patients for a doctor, one's own signed ones for a patient."""
        if not user.has_perm("clinical.view_prescription"):
            return self.none()
        match user.role:
            case Role.DOCTOR if patient is not None:
                return self.of_patients_of(user, patient)
            case Role.DOCTOR:
                treated = self.model._meta.get_field("patient").related_model.objects.for_user(user)
                return self.filter(Q(doctor=user) | Q(patient__in=treated))
            case Role.PATIENT:
                return self.active().of_patients_of(user, patient).signed()
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def signed(self):
        """Return those that are final."""
        return self.filter(signed_at__isnull=False)

    def with_items(self):
        """Load the lines."""
        return self.prefetch_related("items")

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-created_at", "-pk")


class PrescriptionItemQuerySet(BaseQuerySet):
    """Lines of prescriptions."""

    def for_user(self, user):
        """Return the lines of the prescriptions that the person may see."""
        prescriptions = self.model._meta.get_field("prescription").related_model
        return self.filter(prescription__in=prescriptions.objects.for_user(user))
