"""Which consultations, parts of notes and prescriptions a person may see."""

from django.db import models
from django.db.models import Avg, Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone

from accounts.models import Role
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet
from patients.querysets import OfPatientQuerySet
from patients.treating import BACK


class ConsultationQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Consultations."""

    def for_user(self, user):
        """Return one's own and those of treated patients for a doctor, one's own completed ones for a patient."""
        if not user.has_perm("clinical.view_consultation"):
            return self.none()
        match user.role:
            case Role.DOCTOR:
                treated = self.model._meta.get_field("patient").related_model.objects.for_user(user)
                return self.filter(Q(doctor=user) | Q(patient__in=treated))
            case Role.PATIENT:
                return self.active().of_patients_of(user).filter(status="COMPLETED")
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def being_written_by(self, doctor):
        """Return those that the doctor is writing now, and of which the patient is treated by that alone.

        As `for_user().written_by()` has it, without asking for other visits: for what is sent every few seconds.
        """
        since = timezone.now() - BACK
        return self.active().written_by(doctor).filter(status="IN_PROGRESS", scheduled_at__gte=since)

    def with_responses(self):
        """Tell the mean of what each says about the complaints: `response`, up to 3 either way, and `percent`."""
        responses = self.model._meta.get_field("responses").related_model
        told = responses.objects.filter(consultation=OuterRef("pk")).order_by().values("consultation")
        return self.annotate(
            response=Subquery(told.annotate(mean=Avg("value")).values("mean")),
            percent=Subquery(told.annotate(mean=Avg("percent")).values("mean")),
        )

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

    def for_user(self, user):
        """Return one's own and those of treated patients for a doctor, one's own signed ones for a patient."""
        if not user.has_perm("clinical.view_prescription"):
            return self.none()
        match user.role:
            case Role.DOCTOR:
                treated = self.model._meta.get_field("patient").related_model.objects.for_user(user)
                return self.filter(Q(doctor=user) | Q(patient__in=treated))
            case Role.PATIENT:
                return self.active().of_patients_of(user).signed()
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


class OfConsultationQuerySet(BaseQuerySet):
    """Rows that are part of a consultation."""

    def for_user(self, user):
        """Return those of the consultations that the person may see."""
        consultations = self.model._meta.get_field("consultation").related_model
        return self.filter(consultation__in=consultations.objects.for_user(user))


class ComplaintQuerySet(OfConsultationQuerySet):
    """Complaints of cases."""

    def of_note(self, consultation):
        """Return the note's own, those it responds to, and the open ones of earlier notes; with all responses."""
        responses = self.model._meta.get_field("responses").related_model
        answered = responses.objects.filter(complaint=OuterRef("pk"), consultation=consultation)
        own = Q(consultation=consultation) | Exists(answered)
        of_patient = self.filter(patient=consultation.patient_id)
        asked = of_patient.filter(own | Q(pk__in=of_patient.open().values("pk")))
        return asked.prefetch_related("responses").order_by("created_at", "consultation", "position", "pk")

    def open(self):
        """Return those of signed notes which no signed note has closed."""
        responses = self.model._meta.get_field("responses").related_model
        closed = responses.objects.filter(
            complaint=OuterRef("pk"), is_closed=True, consultation__status="COMPLETED", consultation__archived_at=None
        )
        signed = self.filter(consultation__status="COMPLETED", consultation__archived_at=None)
        return signed.filter(~Exists(closed))


class SignedNoteQuerySet(OfConsultationQuerySet):
    """Signed notes and addenda."""

    def in_order(self):
        """Return the note, then the addenda as they were made."""
        return self.order_by("signed_at", "pk")


class NoteDraftQuerySet(models.QuerySet):
    """Drafts of notes: a log of windows, which nobody but the writer sees."""

    def for_user(self, user):
        """Return those of the doctor's own consultations."""
        if not user.has_perm("clinical.change_consultation"):
            return self.none()
        return self.filter(consultation__doctor=user)

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-updated_at", "-pk")


class SnippetQuerySet(BaseQuerySet):
    """Snippets and templates of doctors."""

    def for_user(self, user):
        """Return the doctor's own."""
        if not user.has_perm("clinical.change_own_snippet"):
            return self.none()
        return self.filter(doctor=user)

    def templates(self):
        """Return those for whole notes."""
        return self.exclude(parts={})

    def texts(self):
        """Return those for one field."""
        return self.filter(parts={})

    def favourites_first(self):
        """Sort the favourites before the others, by name."""
        return self.order_by("-is_favourite", "title", "pk")
