"""Which doctors, working hours and visits a person may see."""

import datetime as dt

from django.db.models import Q

from accounts.models import Role
from homeo.base.querysets import BaseQuerySet
from patients.querysets import OfPatientQuerySet


class DoctorQuerySet(BaseQuerySet):
    """Doctors' profiles."""

    def for_user(self, user):
        """Return every profile for staff, one's own for a doctor, the bookable for patients."""
        match user.role if user.is_active else None:
            case Role.ADMIN | Role.RECEPTIONIST | Role.DOCTOR:
                return self
            case Role.PATIENT:
                return self.bookable()
        return self.none()

    def bookable(self):
        """Return the doctors with whom visits can be booked."""
        return self.filter(user__is_active=True, user__role=Role.DOCTOR)

    def by_name(self):
        """Load the accounts and sort by name."""
        return self.select_related("user").order_by("user__search_name", "pk")


class DoctorAvailabilityQuerySet(BaseQuerySet):
    """Weekly working hours."""

    def for_user(self, user):
        """Return all for admins and the front desk, one's own for a doctor; patients see free slots only."""
        match user.role if user.is_active else None:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.DOCTOR:
                return self.filter(doctor__user=user)
        return self.none()


class AppointmentQuerySet(OfPatientQuerySet):
    """Visits."""

    def for_user(self, user):
        """Return all for admins and the front desk, one's own for doctors and patients."""
        if not user.has_perm("scheduling.view_appointment"):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.DOCTOR:
                return self.filter(doctor=user)
            case Role.PATIENT:
                return self.of_patients_of(user)
        return self.none()

    def occupying(self):
        """Return the visits that take up their slot."""
        return self.exclude(status__in=["CANCELLED", "RESCHEDULED"])

    def on(self, day: dt.date):
        """Return the visits of one day."""
        return self.filter(appointment_date=day)

    def here(self):
        """Return the visits whose patient is in the house: waiting, or with the doctor."""
        return self.filter(status="CONFIRMED", checked_in_at__isnull=False, no_show_at=None)

    def from_now(self, now: dt.datetime):
        """Return the visits that start at `now` (local) or later."""
        return self.filter(
            Q(appointment_date__gt=now.date()) | Q(appointment_date=now.date(), appointment_time__gte=now.time())
        )

    def before_now(self, now: dt.datetime):
        """Return the visits that started before `now` (local)."""
        return self.filter(
            Q(appointment_date__lt=now.date()) | Q(appointment_date=now.date(), appointment_time__lt=now.time())
        )

    def coming(self, now: dt.datetime):
        """Return the visits that are still to come at `now` (local)."""
        return self.filter(status__in=["PENDING", "CONFIRMED"], started_at=None, no_show_at=None).from_now(now)

    def with_people(self):
        """Load the patient's and the doctor's accounts, and the kind of visit."""
        return self.select_related("patient__user", "doctor", "visit_type")

    def by_time(self):
        """Sort from the earliest."""
        return self.order_by("appointment_date", "appointment_time", "pk")


class DoctorHoursQuerySet(DoctorAvailabilityQuerySet):
    """Breaks, exceptions and time off."""


class ClosureQuerySet(BaseQuerySet):
    """Days on which the clinic is closed."""

    def for_user(self, user):
        """Return all for staff; patients see free slots only."""
        return self if user.is_active and user.role in {Role.ADMIN, Role.RECEPTIONIST, Role.DOCTOR} else self.none()

    def during(self, first: dt.date, last: dt.date):
        """Return those that touch the days from `first` to `last`."""
        return self.filter(start_date__lte=last, end_date__gte=first)


class VisitTypeQuerySet(BaseQuerySet):
    """Kinds of visits."""

    def for_user(self, user):
        """Return all for staff, those that can be booked online for patients."""
        match user.role if user.is_active else None:
            case Role.ADMIN | Role.RECEPTIONIST | Role.DOCTOR:
                return self
            case Role.PATIENT:
                return self.in_use().filter(is_online=True)
        return self.none()

    def in_use(self):
        """Return those that can be booked."""
        return self.filter(is_active=True)


class SchedulingRulesQuerySet(BaseQuerySet):
    """The clinic's rules."""

    def for_user(self, user):
        """Return the rules for staff."""
        return self if user.is_active and user.role in {Role.ADMIN, Role.RECEPTIONIST, Role.DOCTOR} else self.none()

    def current(self):
        """Return the rules, made by a migration."""
        return self.get()


class VisitSeriesQuerySet(OfPatientQuerySet):
    """Recurring visits."""

    def for_user(self, user):
        """Return all for admins and the front desk, those with visits of one's own for doctors and patients."""
        if not user.has_perm("scheduling.view_appointment"):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.DOCTOR:
                visits = self.model._meta.get_field("appointments").related_model
                return self.filter(pk__in=visits.objects.filter(doctor=user, series__isnull=False).values("series"))
            case Role.PATIENT:
                return self.of_patients_of(user)
        return self.none()


class WaitingEntryQuerySet(OfPatientQuerySet):
    """The waiting list."""

    def for_user(self, user):
        """Return all for admins and the front desk, one's own for patients."""
        if not user.has_perm("scheduling.view_waitingentry"):
            return self.none()
        return self.of_patients_of(user) if user.role == Role.PATIENT else self

    def waiting(self):
        """Return those who still wait, the most urgent and longest waiting first."""
        return self.filter(status="WAITING").order_by("-urgency", "created_at", "pk")

    def at(self, *, doctor, day: dt.date, weekday: int, time: dt.time):
        """Return the wishes that a visit to `doctor` would meet that begins then; `weekday` counts from Sunday, 0."""
        return self.filter(
            Q(doctor=None) | Q(doctor=doctor),
            Q(weekdays=[]) | Q(weekdays__contains=[weekday]),
            Q(from_time=None) | Q(from_time__lte=time),
            Q(until_time=None) | Q(until_time__gte=time),
            from_date__lte=day,
            until_date__gte=day,
        )

    def with_people(self):
        """Load the patient's and the doctor's accounts, and the kind of visit."""
        return self.select_related("patient__user", "doctor", "visit_type")


class SlotOfferQuerySet(BaseQuerySet):
    """Offers to the waiting list."""

    def for_user(self, user):
        """Return those of the entries that the person may see."""
        entries = self.model._meta.get_field("entry").related_model
        return self.filter(entry__in=entries.objects.for_user(user))

    def holding(self, now: dt.datetime):
        """Return the offers that hold their slot at `now`."""
        return self.filter(status="OPEN", expires_at__gt=now)

    def with_people(self):
        """Load the doctor's account, and who waits with the patient's."""
        return self.select_related("doctor", "entry__patient__user")

    def overdue(self, now: dt.datetime):
        """Return the open offers whose time is over at `now`."""
        return self.filter(status="OPEN", expires_at__lte=now)


class NoticePreferenceQuerySet(OfPatientQuerySet):
    """Wishes about mails."""

    def for_user(self, user):
        """Return those of the patients whom the person may see."""
        return self.of_patients_of(user)


class NoticeQuerySet(BaseQuerySet):
    """Mails about visits."""

    def for_user(self, user):
        """Return those of the visits that the person may see."""
        visits = self.model._meta.get_field("appointment").related_model
        return self.filter(appointment__in=visits.objects.for_user(user))

    def pending(self):
        """Return the mails that are neither sent nor dropped."""
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True)


class CalendarFeedQuerySet(BaseQuerySet):
    """Private calendar feeds."""

    def for_user(self, user):
        """Return one's own."""
        return self.filter(user=user) if user.is_active else self.none()

    def open(self):
        """Return those that are not revoked."""
        return self.filter(revoked_at__isnull=True)
