"""Visits as entries of a calendar (RFC 5545): what mails carry and feeds list, without clinical text."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress

from scheduling.models import Appointment

PRODUCT = "-//Homeo//Visits//EN"
CONTENT_TYPE = "text/calendar"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
UID_DOMAIN = "homeo"
YEARS_OF_RULES = 5


def calendar_of(visits: Iterable[Appointment], *, method: str, summary_of, attendee: str = "", name: str = "") -> bytes:
    """Return a calendar with an entry for each visit, as a file.

    An entry keeps its UID when the visit moves, and its SEQUENCE grows with each change: programs replace what they
    have. Times are the clinic's clock times, with the rules of its zone.

    Args:
        method: REQUEST for an entry that is on, CANCEL for one that is off, PUBLISH for a list.
        summary_of: gives the title of a visit.
        attendee: the address that is asked to come.
        name: of the calendar, where it is one to subscribe to.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    calendar.add_component(_zone(timezone.localdate().year))
    for visit in visits:
        calendar.add_component(_entry(visit, summary_of(visit), attendee))
    return calendar.to_ical()


def _entry(visit: Appointment, summary: str, attendee: str) -> Event:
    entry = Event()
    entry.add("uid", f"{visit.uid}@{UID_DOMAIN}")
    entry.add("sequence", visit.calendar_sequence)
    entry.add("dtstamp", visit.updated_at.astimezone(dt.UTC))
    entry.add("dtstart", visit.starts_at)
    entry.add("dtend", visit.ends_at)
    entry.add("summary", summary)
    entry.add("location", f"{settings.CLINIC_NAME}, {settings.CLINIC_ADDRESS}")
    entry.add("description", _("To change it, call %(phone)s.") % {"phone": settings.CLINIC_PHONE})
    entry.add("class", "PRIVATE")
    entry.add("status", _status(visit))
    organizer = vCalAddress(f"mailto:{settings.DEFAULT_FROM_EMAIL}")
    organizer.params["CN"] = settings.CLINIC_NAME
    entry.add("organizer", organizer)
    if attendee:
        person = vCalAddress(f"mailto:{attendee}")
        person.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
        entry.add("attendee", person)
    return entry


def _status(visit: Appointment) -> str:
    match visit.status:
        case Appointment.Status.CANCELLED | Appointment.Status.RESCHEDULED:
            return "CANCELLED"
        case Appointment.Status.PENDING:
            return "TENTATIVE"
    return "CONFIRMED"


@lru_cache(maxsize=2)
def _zone(year: int) -> Timezone:
    first, last = dt.date(year - 1, 1, 1), dt.date(year + YEARS_OF_RULES, 1, 1)
    return Timezone.from_tzid(settings.TIME_ZONE, first_date=first, last_date=last)
