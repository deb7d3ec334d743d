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

    def with_people(self):
        """Load the patient's and the doctor's accounts."""
        return self.select_related("patient__user", "doctor")

    def by_time(self):
        """Sort from the earliest."""
        return self.order_by("appointment_date", "appointment_time", "pk")
