"""Consultations, prescriptions and letters on a patient's chart."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.models import Consultation, Letter, Prescription
from patients import chart


def register() -> None:
    """Put consultations, prescriptions and letters into the chart, and what a doctor does next into its head."""
    chart.register(
        chart.Section(
            key="consultations",
            title=gettext_lazy("Consultations"),
            order=10,
            permission="clinical.view_consultation",
            template="patients/_chart_consultations.html",
            rows=_consultations,
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
            rows=_prescriptions,
            entry=_prescription_entry,
            icon="pill",
            empty=gettext_lazy("No prescriptions yet"),
        )
    )
    chart.register(
        chart.Section(
            key="letters",
            title=gettext_lazy("Letters"),
            order=25,
            permission="clinical.view_letter",
            template="patients/_chart_letters.html",
            rows=_letters,
            entry=None,
            icon="certificate",
            empty=gettext_lazy("No certificates or letters yet"),
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


def _consultations(user, patient):
    return Consultation.objects.for_user(user).active().filter(patient=patient).select_related("doctor").latest_first()


def _consultation_entry(user, consultation) -> chart.Entry:
    return chart.Entry(
        at=consultation.scheduled_at,
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
        Prescription.objects.for_user(user)
        .active()
        .filter(patient=patient)
        .select_related("doctor")
        .with_items()
        .latest_first()
    )


def _prescription_entry(user, prescription) -> chart.Entry:
    items = list(prescription.items.all())
    may_know = user.has_perm("clinical.view_remedy")
    return chart.Entry(
        at=prescription.signed_at or prescription.created_at,
        icon="pill",
        title=", ".join(item.label if may_know else item.patient_label for item in items),
        text="; ".join(item.directions for item in items),
        by=prescription.doctor.display_name,
        url=reverse("clinical:prescription_detail", args=[prescription.pk]),
        state=prescription.state,
        state_label=prescription.state_label,
    )


def _letters(user, patient):
    return Letter.objects.for_user(user).filter(patient=patient).select_related("doctor").latest_first()


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
