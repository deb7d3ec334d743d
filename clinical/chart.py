"""Consultations, prescriptions and letters on a patient's chart."""

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import Coalesce, JSONObject, Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.models import Consultation, FollowUp, Letter, Prescription, PrescriptionItem, Remedy
from homeo.base.statements import Statement
from patients import chart

LINE_FACTS = ("medicine_name", "potency", "form", "dosage", "frequency", "duration")
LINES = (
    PrescriptionItem.objects.filter(prescription=OuterRef("pk"))
    .order_by("position", "created_at", "id")
    .values(line=JSONObject(code="remedy__code", **{name: name for name in LINE_FACTS}))
)
# Lines are looked up only where the words of all of them, which a trigger keeps beside the prescription, hold the word.
PRESCRIPTION_SEARCH = """
    ({{table}}.search @@ {{word}} OR {{table}}.lines_search @@ {{word}} AND EXISTS (
        SELECT FROM clinical_prescriptionitem AS line
        WHERE line.prescription_id = {{table}}.id AND line.search @@ {{word}}{known}
    ))
"""
WITHOUT_PLACEBOS = """
    AND NOT EXISTS (SELECT FROM clinical_remedy AS remedy WHERE remedy.id = line.remedy_id AND remedy.code <> '')
"""


def register() -> None:
    """Put consultations, prescriptions and letters into the chart, and what a doctor does next into its head."""
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
            facts=("diagnosis", "status", *chart.DOCTOR_FACTS),
            extras={"complaints": Left("complaints", 2 * chart.TEXT_SHOWN)},
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
            facts=("signed_at", "replaced_by__id", *chart.DOCTOR_FACTS),
            extras={"lines": ArraySubquery(LINES)},
            search=_prescription_search,
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
            model=Letter,
            rows=_letters,
            at=lambda: F("signed_at"),
            facts=("kind", "statement", "addressee", "archived_at", *chart.DOCTOR_FACTS),
            entry=_letter_entry,
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
        url=chart.address_of("clinical:consultation_detail", consultation.pk),
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
        .with_items()
        .latest_first()
    )


def _prescription_entry(user, prescription, at) -> chart.Entry:
    lines = [_line(line) for line in prescription.lines]
    may_know = user.has_perm("clinical.view_remedy")
    return chart.Entry(
        at=at,
        icon="pill",
        title=", ".join(line.label if may_know else line.patient_label for line in lines) or _("Prescription"),
        text="; ".join(line.directions for line in lines),
        by=prescription.doctor.display_name,
        url=chart.address_of("clinical:prescription_detail", prescription.pk),
        state=prescription.state,
        state_label=prescription.state_label,
    )


def _line(facts: dict) -> PrescriptionItem:
    """Return a line of which only the facts are loaded."""
    code = facts.pop("code")
    # An id is not made for what nobody stores.
    return PrescriptionItem(id="", remedy=Remedy(id="", code=code) if code else None, **facts)


def _prescription_search(user) -> str:
    """Return the condition that a prescription holds a word; whoever may not know which one is a placebo finds none."""
    known = "" if user.has_perm("clinical.view_remedy") else WITHOUT_PLACEBOS
    return PRESCRIPTION_SEARCH.format(known=known)


def _letters(user, patient):
    return Letter.objects.for_user(user, patient).filter(patient=patient).select_related("doctor").latest_first()


def _letter_entry(user, letter, at) -> chart.Entry:
    return chart.Entry(
        at=at,
        icon="certificate",
        title=letter.get_kind_display(),
        text=letter.statement or letter.addressee,
        by=letter.doctor.display_name,
        url=chart.address_of("clinical:letter_detail", letter.pk),
        state=letter.state,
        state_label=letter.state_label,
    )


def _open_consultation(user, patient) -> dict:
    """Return the doctor's own consultation that waits or is being written."""
    rows = _open_consultations(user.role).rows(chart.StandIns.values(user, patient.pk))
    return {"consultation": Consultation(pk=rows[0][0], status=rows[0][1]) if rows else None}


@cache
def _open_consultations(role: str) -> Statement:
    standing = chart.StandIns.of(role)
    waiting = (
        Consultation.objects.written_by(standing.user)
        .active()
        .filter(patient=standing.patient, status__in=[Consultation.Status.SCHEDULED, Consultation.Status.IN_PROGRESS])
    )
    return Statement(waiting.latest_first().values_list("pk", "status")[:1])


def _follow_up(user, patient) -> dict:
    """Return when the doctor expects the patient."""
    rows = _follow_ups(user.role).rows(chart.StandIns.values(user, patient.pk))
    if not rows:
        return {"follow_up": None}
    due_date, declined_at, is_met = rows[0]
    follow_up = FollowUp(id="", due_date=due_date, declined_at=declined_at)
    follow_up.is_met = is_met
    return {"follow_up": follow_up}


@cache
def _follow_ups(role: str) -> Statement:
    standing = chart.StandIns.of(role)
    expected = FollowUp.objects.for_user(standing.user).open().filter(patient=standing.patient).with_met()
    return Statement(expected.values_list("due_date", "declined_at", "is_met")[:1])
