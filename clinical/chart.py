"""Consultations and prescriptions on a patient's chart."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.models import Consultation, FollowUp, Prescription, PrescriptionItem
from patients import chart

LINES = (
    PrescriptionItem.objects.filter(prescription=OuterRef("pk"))
    .order_by("position", "created_at", "id")
    .values(line=JSONObject(**{n: n for n in ("medicine_name", "potency", "dosage", "frequency", "duration")}))
)
PRESCRIPTION_SEARCH = """
    ({table}.search @@ {word} OR EXISTS (SELECT FROM clinical_prescriptionitem AS line
                                         WHERE line.prescription_id = {table}.id AND line.search @@ {word}))
"""


def register() -> None:
    """Put consultations and prescriptions into the chart, and what a doctor does next into its head."""
    chart.register(
        chart.Section(
            key="consultations",
            title=gettext_lazy("Consultations"),
            order=10,
            permission="clinical.view_consultation",
            template="patients/_chart_consultations.html",
            model=Consultation,
            rows=_consultations,
            at=lambda: F("scheduled_at"),
            facts=("diagnosis", "complaints", "status", "duration", *chart.DOCTOR_FACTS),
            entry=_consultation_entry,
            icon="stethoscope",
            empty=gettext_lazy("No consultations yet"),
        )
    )
    chart.register(
        chart.Section(
            key="prescriptions",
            title=gettext_lazy("Prescriptions"),
            order=20,
            permission="clinical.view_prescription",
            template="patients/_chart_prescriptions.html",
            model=Prescription,
            rows=_prescriptions,
            at=lambda: Coalesce("signed_at", "created_at"),
            facts=("signed_at", *chart.DOCTOR_FACTS),
            extras={"lines": ArraySubquery(LINES)},
            search=PRESCRIPTION_SEARCH,
            entry=_prescription_entry,
            icon="pill",
            empty=gettext_lazy("No prescriptions yet"),
        )
    )
    chart.register(
        chart.Actions(
            key="consultation",
            permission="clinical.change_consultation",
            template="clinical/_chart_actions.html",
            load=_open_consultation,
        )
    )
    chart.register(
        chart.Actions(
            key="next",
            permission="clinical.add_followup",
            template="clinical/_chart_next.html",
            load=_follow_up,
            place=chart.SIDE,
        )
    )


def _consultations(user, patient):
    return (
        Consultation.objects.for_user(user, patient)
        .active()
        .filter(patient=patient)
        .select_related("doctor")
        .latest_first()
    )


def _consultation_entry(user, consultation, at) -> chart.Entry:
    return chart.Entry(
        at=at,
        icon="stethoscope",
        title=consultation.diagnosis or _("Consultation"),
        text=consultation.complaints,
        by=consultation.doctor.display_name,
        url=reverse("clinical:consultation_detail", args=[consultation.pk]),
        state=consultation.state,
        state_label=consultation.get_status_display(),
        is_key=True,
    )


def _prescriptions(user, patient):
    return (
        Prescription.objects.for_user(user, patient)
        .active()
        .filter(patient=patient)
        .select_related("doctor")
        .prefetch_related("items")
        .latest_first()
    )


def _prescription_entry(user, prescription, at) -> chart.Entry:
    lines = prescription.lines
    return chart.Entry(
        at=at,
        icon="pill",
        title=", ".join(f"{line['medicine_name']} {line['potency']}" for line in lines) or _("Prescription"),
        text="; ".join(f"{line['dosage']}, {line['frequency']}, {line['duration']}" for line in lines),
        by=prescription.doctor.display_name,
        url=reverse("clinical:prescription_detail", args=[prescription.pk]),
        state=prescription.state,
        state_label=prescription.state_label,
    )


def _open_consultation(user, patient) -> dict:
    """Return the doctor's own consultation that waits or is being written."""
    consultation = (
        Consultation.objects.written_by(user)
        .active()
        .filter(patient=patient, status__in=[Consultation.Status.SCHEDULED, Consultation.Status.IN_PROGRESS])
        .latest_first()
        .first()
    )
    return {"consultation": consultation}


def _follow_up(user, patient) -> dict:
    """Return when the doctor expects the patient."""
    return {"follow_up": FollowUp.objects.for_user(user).open().filter(patient=patient).with_met().first()}
