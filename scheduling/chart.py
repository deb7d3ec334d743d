"""Visits on a patient's chart."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import chart
from scheduling.models import Appointment


def register() -> None:
    """Put the visits into the chart."""
    chart.register(
        chart.Section(
            key="visits",
            title=gettext_lazy("Visits"),
            order=40,
            permission="scheduling.view_appointment",
            template="patients/_chart_visits.html",
            rows=_visits,
            entry=_entry,
            icon="calendar-off",
            empty=gettext_lazy("No visits yet"),
        )
    )


def _visits(user, patient):
    return (
        Appointment.objects.for_user(user)
        .filter(patient=patient)
        .select_related("doctor", "visit_type")
        .order_by("-appointment_date", "-appointment_time", "-pk")
    )


def _entry(user, visit) -> chart.Entry | None:
    # Whoever may read the consultation sees the visit by it.
    if visit.started_at and user.has_perm("clinical.view_consultation"):
        return None
    return chart.Entry(
        at=visit.starts_at,
        icon="ban" if visit.status == Appointment.Status.CANCELLED else "calendar-event",
        title=_("%(kind)s, %(minutes)d minutes") % {"kind": visit.visit_type or _("Visit"), "minutes": visit.duration},
        text=visit.cancel_reason,
        by=visit.doctor.display_name,
        url=reverse("scheduling:appointment_detail", args=[visit.pk]),
        state=visit.state,
        state_label=visit.state_label,
    )
