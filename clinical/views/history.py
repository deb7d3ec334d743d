"""What a doctor looks up beside a note: earlier notes, documents, the timeline of remedies."""

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from clinical.courses import DRAWN_MOST, Step, picture_of, steps_of
from clinical.models import Consultation, Prescription
from homeo.base.views import ScopedObjectMixin
from patients.models import MedicalRecord, Patient

LATEST = 10
TIMELINE_MOST = 600
WIDE, NARROW = 1040, 330


class PatientPart(ScopedObjectMixin, TemplateView):
    """A part of a page about one treated patient."""

    permission_required = "clinical.change_consultation"
    queryset = Patient.objects.with_account()


class HistoryView(PatientPart):
    """The latest notes of a patient, loaded when asked for."""

    template_name = "clinical/_history.html"

    def get_context_data(self, **kwargs):
        """Add the signed notes."""
        notes = Consultation.objects.for_user(self.request.user).active().filter(patient=self.object)
        notes = notes.filter(status=Consultation.Status.COMPLETED).select_related("doctor").latest_first()
        return super().get_context_data(notes=notes[:LATEST], **kwargs)


class RecordsView(PatientPart):
    """The latest documents of a patient, loaded when asked for."""

    template_name = "clinical/_records.html"

    def get_context_data(self, **kwargs):
        """Add the documents."""
        records = MedicalRecord.objects.for_user(self.request.user).active().filter(patient=self.object)
        return super().get_context_data(records=records.order_by("-recorded_at", "-pk")[:LATEST], **kwargs)


class RemedyTimelineView(PatientPart):
    """All remedies of a patient with the response to each, as a picture and as a table."""

    template_name = "clinical/remedy_timeline.html"

    def get_context_data(self, **kwargs):
        """Add the visits, latest first."""
        user = self.request.user
        seen = Consultation.objects.for_user(user).active().attended().filter(patient=self.object)
        visits = list(seen.with_answers().select_related("doctor").defer("notes").latest_first()[:TIMELINE_MOST])
        prescriptions = Prescription.objects.for_user(user).active().unreplaced().filter(patient=self.object)
        steps = steps_of(visits, prescriptions.with_items().order_by("created_at"))
        steps = [step for step in steps if step.prescriptions or step.told]
        points = [(date_format(timezone.localtime(one.consultation.scheduled_at), "M Y"), one.told) for one in steps]
        points.reverse()
        words = ", ".join(f"{label}: {one.sign}" for label, one in points if one)
        sentence = _("Responses at the visits: %(responses)s.") % {"responses": words}
        remedies = [remedies_of(step) for step in reversed(steps)]
        return super().get_context_data(
            patient=self.object,
            steps=steps,
            pictures=[picture_of(points, sentence, width=width, remedies=remedies) for width in (WIDE, NARROW)],
            drawn=DRAWN_MOST if len(points) > DRAWN_MOST else None,
            **kwargs,
        )


def remedies_of(step: Step) -> tuple[str, str]:
    """Return what was given at a visit, as it is written and as short as the catalogue has it."""
    items = [item for prescription in step.prescriptions for item in prescription.items.all()]
    short = [
        f"{item.remedy.abbreviation if item.remedy else item.medicine_name} {item.potency}".strip() for item in items
    ]
    return ", ".join(item.label for item in items), ", ".join(short)
