"""The locks of scheduling, always in this order: the doctor, the visit, the patient, the clinic's rules.

Elsewise there are deadlocks.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Role, User
from patients.models import Patient
from scheduling.errors import NotBookableError
from scheduling.models import Appointment, NoticePreference, SchedulingRules

DOCTOR_SHOWN = (
    *("first_name", "last_name", "role", "is_active"),
    *("doctor__user", "doctor__slot_minutes", "doctor__consultation_fee"),
)
"""What a booking asks of the doctor; more is read when it is asked for."""

PATIENT_SHOWN = (
    *("created_at", "archived_at"),
    *(f"user__{name}" for name in ("first_name", "last_name", "role", "email", "is_active")),
    *(f"notice_preference__{field.name}" for field in NoticePreference._meta.concrete_fields),
)
"""What a booking asks of the patient, whom mails about it may reach."""


def lock_doctor(doctor: User) -> User:
    """Lock the doctor's account so that bookings of one doctor come one after another, and return it with its profile.

    Without the lock many simultaneous inserts wait for each other on the exclusion constraint and deadlock.
    """
    doctors = User.objects.select_for_update(no_key=True, of=("self",)).select_related("doctor").only(*DOCTOR_SHOWN)
    locked = next(iter(doctors.filter(pk=doctor.pk)), None)
    if locked is None or locked.role != Role.DOCTOR or not locked.is_active or not hasattr(locked, "doctor"):
        raise NotBookableError(_("This doctor takes no visits."), field="doctor")
    return locked


def lock_appointment(appointment: Appointment) -> Appointment:
    """Lock a visit and return it as it is stored, with its people."""
    return (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient__user", "doctor", "visit_type")
        .get(pk=appointment.pk)
    )


def lock_appointments(appointments: Iterable[Appointment]) -> list[Appointment]:
    """Lock several visits in the order of their ids and return them as they are stored, by time, with their people."""
    visits = (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient__user", "doctor", "visit_type")
        .filter(pk__in=[visit.pk for visit in appointments])
        .order_by("pk")
    )
    return sorted(visits, key=lambda visit: (visit.appointment_date, visit.appointment_time, visit.pk))


def lock_patient(patient_id: str, *, actor: User | None = None) -> Patient | None:
    """Lock a patient so that two doctors' bookings of one patient take turns, and return it with account and wishes.

    With `actor` only a patient whom that person may see; None for another.
    """
    patients = Patient.objects.for_user(actor) if actor else Patient.objects.all()
    locked = patients.select_for_update(no_key=True, of=("self",)).select_related("user", "notice_preference")
    return next(iter(locked.only(*PATIENT_SHOWN).filter(pk=patient_id)), None)


def lock_rules() -> SchedulingRules:
    """Lock the clinic's rules so that what is counted for the whole clinic, such as tokens, is counted in turn."""
    return SchedulingRules.objects.select_for_update(no_key=True).current()
