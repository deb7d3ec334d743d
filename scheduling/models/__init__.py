"""Doctors and their hours, kinds of visits, visits, series, the waiting list, notices."""

from scheduling.models.doctors import DEFAULT_SLOT_MINUTES, LONGEST_VISIT, SHORTEST_VISIT, Doctor
from scheduling.models.hours import Closure, DoctorAvailability, DoctorBreak, HoursException, TimeOff, Weekday
from scheduling.models.notices import CalendarFeed, Notice, NoticeKind, NoticePreference
from scheduling.models.series import LONGEST_INTERVAL, LONGEST_SERIES, Frequency, VisitSeries
from scheduling.models.types import LONGEST_BUFFER, RULES_ID, Colour, SchedulingRules, VisitType
from scheduling.models.visits import Appointment, AppointmentStatus, VisitRange
from scheduling.models.waiting import OfferStatus, SlotOffer, Urgency, WaitingEntry, WaitingStatus

__all__ = [
    "DEFAULT_SLOT_MINUTES",
    "LONGEST_BUFFER",
    "LONGEST_INTERVAL",
    "LONGEST_SERIES",
    "LONGEST_VISIT",
    "RULES_ID",
    "SHORTEST_VISIT",
    "Appointment",
    "AppointmentStatus",
    "CalendarFeed",
    "Closure",
    "Colour",
    "Doctor",
    "DoctorAvailability",
    "DoctorBreak",
    "Frequency",
    "HoursException",
    "Notice",
    "NoticeKind",
    "NoticePreference",
    "OfferStatus",
    "SchedulingRules",
    "SlotOffer",
    "TimeOff",
    "Urgency",
    "VisitRange",
    "VisitSeries",
    "VisitType",
    "WaitingEntry",
    "WaitingStatus",
    "Weekday",
]
