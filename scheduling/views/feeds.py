"""Private calendar feeds: the page that makes and revokes one, and the file that calendar programs fetch."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.models import Role
from homeo.base.views import ActionView, OnceFormView, PublicMixin
from scheduling import ical, services
from scheduling.forms.notices import CalendarFeedForm
from scheduling.models import Appointment, CalendarFeed

DAYS_BACK, DAYS_AHEAD = 30, 365
PERMISSION = "scheduling.change_own_calendarfeed"


class CalendarFeedView(OnceFormView):
    """Show the private address of one's visits, or make one."""

    permission_required = PERMISSION
    form_class = CalendarFeedForm
    template_name = "scheduling/calendar_feed.html"
    success_url = reverse_lazy("scheduling:calendar_feed")

    def get_context_data(self, **kwargs):
        """Add the address, whole and as calendar programs subscribe to it."""
        feed = CalendarFeed.objects.for_user(self.request.user).open().first()
        address = ""
        if feed:
            address = self.request.build_absolute_uri(reverse("scheduling:calendar_file", args=[feed.key]))
        subscription = "webcal" + address.removeprefix("https").removeprefix("http") if address else ""
        is_doctors = self.request.user.role == Role.DOCTOR
        return super().get_context_data(
            **{"feed": feed, "address": address, "subscription": subscription, "is_doctors": is_doctors} | kwargs
        )

    def perform(self, form):
        """Make the address."""
        return services.open_calendar_feed(actor=self.request.user)

    def get_success_message(self):
        """Say what it is for."""
        return _("Your private address is made. Give it to your calendar program only.")


class CalendarFeedRevokeView(ActionView):
    """Close a private address."""

    permission_required = PERMISSION
    queryset = CalendarFeed.objects.all()

    def perform(self):
        """Revoke it."""
        return services.revoke_calendar_feed(actor=self.request.user, feed=self.object)

    def get_success_message(self):
        """Say what ends with it."""
        return _("The address is revoked. Calendars that read it get nothing any more.")

    def get_success_url(self):
        """Go back to the page."""
        return reverse("scheduling:calendar_feed")


class CalendarFileView(PublicMixin, View):
    """The visits of the person to whom the key belongs, as a calendar: from 30 days ago to a year ahead.

    Whoever has the key reads it; a key that is unknown or revoked, or of a closed account, is 404. A doctor's file
    names patients by initials and file number only.
    """

    http_method_names = ["get", "head"]

    def get(self, request, key):
        """Answer with the file."""
        feed = CalendarFeed.objects.open().select_related("user").filter(key=key).first()
        if feed is None or not feed.user.has_perm(PERMISSION):
            raise Http404
        today = timezone.localdate()
        visits = (
            Appointment.objects.for_user(feed.user)
            .occupying()
            .filter(appointment_date__range=(today - dt.timedelta(DAYS_BACK), today + dt.timedelta(DAYS_AHEAD)))
            .with_people()
            .by_time()
        )
        content = ical.calendar_of(
            visits, method=ical.PUBLISH, summary_of=self.summary_for(feed.user), name=settings.CLINIC_NAME
        )
        response = HttpResponse(content, content_type=f"{ical.CONTENT_TYPE}; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="visits.ics"'
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    @staticmethod
    def summary_for(user):
        """Return the function that names a visit in the calendar of `user`."""
        if user.role == Role.DOCTOR:
            return lambda visit: f"{visit.patient.user.initials} {visit.patient.file_number}"
        return lambda visit: services.title_for(visit, is_own=visit.patient.user_id == user.pk)
