"""The waiting room at the desk: calling in, taking back a check-in, the slip with the token, the queue."""

import datetime as dt

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from homeo.base.views import AccessMixin, ScopedObjectMixin
from homeo.base.views.live import LiveMixin
from scheduling import services
from scheduling.models import Appointment
from scheduling.queue import DoctorQueue, queues_of, read_version, version_of, waited_of
from scheduling.views.changes import VisitActionView

SOON = dt.timedelta(hours=1)


class AppointmentCallView(VisitActionView):
    """Call a patient in. POST `called`: the last call that the page knew of, an ISO moment, or empty."""

    permission_required = "scheduling.call_appointment"

    def perform(self):
        """Call, unless somebody else has called meanwhile."""
        return services.call_appointment(
            actor=self.request.user, appointment=self.object, called_at=self.get_known_call()
        )

    def get_known_call(self) -> dt.datetime | None:
        """Return the call in the form; nonsense is a call that never was, so that nothing happens."""
        text = self.request.POST.get("called", "")
        try:
            return (parse_datetime(text) or dt.datetime.min) if text else None
        except ValueError:
            return dt.datetime.min

    def get_success_message(self):
        """Say which token is called, or whose name, where there is none."""
        if self.result.token_number is None:
            return self.say(_("%(patient)s is called to %(doctor)s."))
        return self.say(_("Token %(token)d, %(patient)s, is called to %(doctor)s."))


class AppointmentUndoCheckInView(VisitActionView):
    """Take back that a patient has arrived."""

    permission_required = "scheduling.check_in_appointment"

    def perform(self):
        """Take it back."""
        return services.undo_check_in_appointment(actor=self.request.user, appointment=self.object)

    def get_success_message(self):
        """Say who is not here after all."""
        return self.say(_("Taken back: %(patient)s is not checked in."))


class AppointmentTokenView(ScopedObjectMixin, TemplateView):
    """The slip with the token, to print: no name, for it lies about in the waiting room."""

    permission_required = "scheduling.check_in_appointment"
    queryset = Appointment.objects.exclude(token_number=None).select_related("doctor")
    template_name = "scheduling/queue_token.html"


class QueueView(LiveMixin, AccessMixin, TemplateView):
    """Who is here and who is about to come today, doctor by doctor."""

    permission_required = "scheduling.view_queue"
    template_name = "scheduling/queue.html"
    part_template_name = "scheduling/_queue.html"

    def get_queryset(self):
        """Return the visits of today that take place."""
        return Appointment.objects.for_user(self.request.user).on(timezone.localdate()).occupying()

    def read_version(self):
        """Return the word for the visits of today."""
        return read_version(self.get_queryset(), timezone.localtime())

    def get_context_data(self, **kwargs):
        """Add the queue of each doctor for whom somebody is here or comes."""
        now = timezone.localtime()
        visits = list(self.get_queryset().with_people().by_time())
        panels = [panel for panel in (self.get_panel(queue, now) for queue in queues_of(visits)) if panel]
        return super().get_context_data(panels=panels, now=now, version=version_of(visits, now), **kwargs)

    @staticmethod
    def get_panel(queue: DoctorQueue, now: dt.datetime) -> dict | None:
        """Return the rows of one doctor's queue, and how many come later than within an hour; None for no rows."""
        soon = [visit for visit in queue.expected if visit.starts_at <= now + SOON]
        here = (("inside", queue.inside), ("called", queue.called), ("waiting", queue.waiting))
        rows = [(kind, visit, waited_of(visit, now)) for kind, visits in here for visit in visits]
        rows += [("expected", visit, None) for visit in soon]
        later = len(queue.expected) - len(soon)
        return {"queue": queue, "rows": rows, "later": later} if rows or later else None
