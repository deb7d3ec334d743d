"""Visits on a patient's chart."""

from django.conf import settings
from django.db.models import DateTimeField, Func, Q, Value
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
            model=Appointment,
            rows=_visits,
            at=_at,
            facts=(
                *("status", "duration", "notes", "cancel_reason"),
                *("checked_in_at", "started_at", "no_show_at"),
                *("visit_type__id", "visit_type__name"),
                *chart.DOCTOR_FACTS,
            ),
            told=_told,
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


def _at():
    """Return when a visit begins: its clock time in the clinic's zone."""
    clock = Func("appointment_date", "appointment_time", arg_joiner=" + ", template="(%(expressions)s)")
    return Func(Value(settings.TIME_ZONE), clock, function="timezone", output_field=DateTimeField())


def _told(user) -> Q:
    """Return the visits that no consultation tells: whoever may read that sees the visit by it."""
    return Q(started_at__isnull=True) if user.has_perm("clinical.view_consultation") else Q()


def _entry(user, visit, at) -> chart.Entry:
    return chart.Entry(
        at=at,
        icon="ban" if visit.status == Appointment.Status.CANCELLED else "calendar-event",
        title=_("%(kind)s, %(minutes)d minutes") % {"kind": visit.visit_type or _("Visit"), "minutes": visit.duration},
        text=visit.cancel_reason or visit.notes,
        by=visit.doctor.display_name,
        url=chart.address_of("scheduling:appointment_detail", visit.pk),
        state=visit.state,
        state_label=visit.state_label,
    )
