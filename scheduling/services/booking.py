"""Booking, moving, calling off."""

import datetime as dt
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import bulk
from accounts.models import Role, User
from homeo.base.errors import EXCLUSION_VIOLATION, DomainError, sqlstate
from patients.models import Patient
from scheduling import signals
from scheduling.availability import (
    Length,
    booking_window,
    is_changeable_by_patient,
    is_clear,
    is_within_hours,
)
from scheduling.calendar import Calendar
from scheduling.errors import NotBookableError, SlotTakenError
from scheduling.models import Appointment, Notice, NoticeKind, SchedulingRules, SlotOffer, VisitType
from scheduling.services.locks import lock_appointment, lock_doctor, lock_patient
from scheduling.services.notices import announce, notices_of_change, notices_of_new, send_later
from scheduling.slots import Span, minute_of, overlaps, time_of

CLASH_SHOWN = (
    *("appointment_date", "appointment_time", "duration", "created_at"),
    *(
        f"{who}__{name}"
        for who in ("patient__user", "doctor", "booked_by")
        for name in ("first_name", "last_name", "role")
    ),
)
"""What people are told of a visit in their way; more of it is read when it is asked for."""

GIVEN = {field.name for field in Appointment._meta.concrete_fields if field.is_relation}


def book_appointment(
    *,
    actor: User,
    patient: Patient,
    doctor: User,
    appointment_date: dt.date,
    appointment_time: dt.time,
    visit_type: VisitType | None = None,
    length: Length | None = None,
    notes: str = "",
    overbook_reason: str = "",
    status: str = Appointment.Status.CONFIRMED,
    offer: SlotOffer | None = None,
) -> Appointment:
    """Book a visit: no two at one time, by the database.

    Patients book within the clinic's rules: kinds that are bookable online, so far ahead, so many at a time.

    Args:
        patient: known by the id, which is one that `actor` may see, or refused; read anew under the lock, as `doctor`.
        length: minutes and buffers, by default those of the kind of visit, without one the doctor's.
        overbook_reason: with one the visit is *overbooked*: it stands beside others, or outside the working hours.
        status: CONFIRMED by the front desk, PENDING where a patient asks for it.
        offer: of the waiting list, whose held slot this visit takes.

    Raises:
        NotBookableError: in the past, outside the hours or the rules, the doctor takes no visits, or the patient is
            archived.
        SlotTakenError: the doctor or the patient has another visit then, or the slot is held by an offer.
    """
    appointment = Appointment(
        patient=patient,
        doctor=doctor,
        appointment_date=appointment_date,
        appointment_time=appointment_time,
        visit_type=visit_type,
        notes=notes,
        status=status,
        is_overbooked=bool(overbook_reason),
        overbook_reason=overbook_reason,
        booked_by=actor,
    )
    with _told_as_taken(appointment):
        appointment.doctor = lock_doctor(doctor)
        length = length or Length.of(appointment.doctor, visit_type)
        appointment.duration = length.minutes
        appointment.buffer_before, appointment.buffer_after = length.before, length.after
        require_ahead(appointment)
        if not appointment.is_overbooked:
            _require_room(appointment, offer=offer)
        appointment.patient = lock_active_patient(patient, actor=actor)
        rules = SchedulingRules.objects.current()
        if actor.role == Role.PATIENT and offer is None:
            _require_within_rules(appointment, rules)
            _require_few_open(appointment, rules)
        _insert(appointment, notices_of_new([appointment], rules), actor=actor)
    return appointment


@transaction.atomic
def reschedule_appointment(
    *,
    actor: User,
    appointment: Appointment,
    doctor: User,
    appointment_date: dt.date,
    appointment_time: dt.time,
    visit_type: VisitType | None = None,
    length: Length | None = None,
    overbook_reason: str = "",
) -> Appointment:
    """Move a visit: the old one becomes RESCHEDULED and points to the new one, which is returned.

    Moved by the patient it has to be confirmed again. In calendars it stays the same entry, in its next version.

    Args:
        visit_type: another kind of visit than before.
        length: another length than before, as when somebody pulls the visit longer.

    Raises:
        DomainError: the visit has begun, is over or was called off; or see `book_appointment`.
    """
    doctor = lock_doctor(doctor)
    old = lock_appointment(appointment)
    old.require_open()
    _require_ahead_for_patient(actor, old)
    if old.checked_in_at:
        raise DomainError(_("The patient has arrived: the visit cannot be moved any more."))
    length = length or Length.after_move(old, doctor, visit_type)
    new = Appointment(
        patient=old.patient,
        doctor=doctor,
        appointment_date=appointment_date,
        appointment_time=appointment_time,
        duration=length.minutes,
        buffer_before=length.before,
        buffer_after=length.after,
        visit_type=visit_type or old.visit_type,
        series=old.series,
        calendar_uid=old.uid,
        calendar_sequence=old.calendar_sequence + 1,
        notes=old.notes,
        status=Appointment.Status.PENDING if actor.role == Role.PATIENT else old.status,
        is_overbooked=bool(overbook_reason),
        overbook_reason=overbook_reason,
        booked_by=actor,
    )
    require_ahead(new)
    if not new.is_overbooked:
        _require_room(new, besides=old)
    new.patient = lock_active_patient(old.patient)
    rules = SchedulingRules.objects.current()
    if actor.role == Role.PATIENT:
        _require_within_rules(new, rules)
    # The old visit gives up its time first. It points to the new one before that exists: foreign keys are checked at
    # the end of the transaction.
    old.change_status(Appointment.Status.RESCHEDULED)
    old.rescheduled_to_id = new.pk
    old.save(update_fields=["status", "rescheduled_to", "updated_at"])
    with _told_as_taken(new):
        _insert(new, notices_of_change(new, NoticeKind.MOVED, rules), actor=actor)
    signals.appointment_cancelled.send(sender=Appointment, appointment=old, actor=actor)
    return new


@transaction.atomic
def cancel_appointment(*, actor: User, appointment: Appointment, reason: str) -> Appointment:
    """Call off a visit and free its slot.

    Raises:
        DomainError: the visit has begun, is over or was called off already.
    """
    appointment = lock_appointment(appointment)
    appointment.require_open()
    _require_ahead_for_patient(actor, appointment)
    appointment.change_status(Appointment.Status.CANCELLED)
    appointment.cancel_reason = reason
    appointment.calendar_sequence += 1
    appointment.full_clean(validate_unique=False)
    appointment.save(update_fields=["status", "cancel_reason", "calendar_sequence", "updated_at"])
    announce(appointment, NoticeKind.CANCELLED)
    signals.appointment_cancelled.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


def cancelled_by(appointment: Appointment) -> str | None:
    """Return the id of the account that called the visit off, where it is known."""
    last = appointment.history.filter(status=Appointment.Status.CANCELLED).order_by("history_date").last()
    return last.history_user_id if last else None


@transaction.atomic
def restore_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Take back a cancellation, if the slot is still free and lies ahead: the visit is what it was before.

    A patient takes back only what the same person called off.

    Raises:
        DomainError: the clinic called the visit off.
        NotBookableError: the time has passed, or the patient has as many visits booked as the rules allow.
        SlotTakenError: somebody else has the slot.
    """
    lock_doctor(appointment.doctor)
    appointment = lock_appointment(appointment)
    if actor.role == Role.PATIENT and cancelled_by(appointment) != actor.pk:
        raise DomainError(_("The clinic cancelled this visit. Please ask for a new time."))
    _require_ahead_for_patient(actor, appointment)
    before = appointment.history.exclude(status=Appointment.Status.CANCELLED).order_by("history_date").last()
    appointment.change_status(before.status if before else Appointment.Status.PENDING)
    appointment.cancel_reason = ""
    appointment.calendar_sequence += 1
    if appointment.ends_at < timezone.now():
        raise NotBookableError(_("This time has passed."))
    if not appointment.is_overbooked:
        _require_clear(appointment, _calendar_of(appointment))
    appointment.patient = lock_active_patient(appointment.patient)
    if actor.role == Role.PATIENT:
        _require_few_open(appointment, SchedulingRules.objects.current())
    with _told_as_taken(appointment):
        appointment.save(update_fields=["status", "cancel_reason", "calendar_sequence", "updated_at"])
    announce(appointment, NoticeKind.BOOKED)
    if appointment.checked_in_at:
        signals.appointment_checked_in.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


def _require_ahead_for_patient(actor: User, appointment: Appointment) -> None:
    if actor.role != Role.PATIENT:
        return
    if appointment.starts_at <= timezone.now():
        raise DomainError(_("The time of this visit has come. Please call the clinic."))
    if not is_changeable_by_patient(appointment, SchedulingRules.objects.current()):
        raise DomainError(_("It is too late to change this visit yourself. Please call the clinic."))


def _require_within_rules(appointment: Appointment, rules: SchedulingRules) -> None:
    """Refuse to a patient what the clinic does not offer online."""
    if appointment.visit_type and not (appointment.visit_type.is_online and appointment.visit_type.is_active):
        raise NotBookableError(_("Please call the clinic for this kind of visit."), field="visit_type")
    first, last = booking_window(rules)
    if appointment.starts_at < first:
        raise NotBookableError(
            _("Visits are booked online at least %(hours)d hours ahead. Please call the clinic.")
            % {"hours": rules.min_notice_hours},
            field="appointment_time",
        )
    if appointment.starts_at > last:
        raise NotBookableError(
            _("Visits are booked online at most %(days)d days ahead.") % {"days": rules.horizon_days},
            field="appointment_date",
        )


def _require_few_open(appointment: Appointment, rules: SchedulingRules) -> None:
    """Refuse to a patient more open bookings than the clinic allows; the patient must be locked."""
    open_visits = Appointment.objects.filter(
        patient=appointment.patient, status__in=[Appointment.Status.PENDING, Appointment.Status.CONFIRMED]
    ).from_now(timezone.localtime())
    if open_visits.count() >= rules.max_open_bookings:
        raise NotBookableError(
            _("You have %(count)d visits booked already. Please call the clinic for more.")
            % {"count": rules.max_open_bookings}
        )


def require_ahead(appointment: Appointment) -> None:
    """Refuse the past."""
    if appointment.starts_at <= timezone.now():
        raise NotBookableError(_("This time has passed. Choose a later one."), field="appointment_time")


def _require_room(appointment: Appointment, **but) -> None:
    """Refuse times outside the hours, and taken ones, with who has them; the doctor must be locked.

    `but` is what does not count as taken.
    """
    calendar = _calendar_of(appointment, **but)
    require_hours(appointment, calendar)
    _require_clear(appointment, calendar)


def _calendar_of(appointment: Appointment, **but) -> Calendar:
    return Calendar([appointment.doctor], appointment.appointment_date, appointment.appointment_date, **but)


def require_hours(appointment: Appointment, calendar: Calendar) -> None:
    """Refuse times outside the doctor's hours."""
    when = (appointment.doctor, appointment.appointment_date, appointment.appointment_time)
    if not is_within_hours(calendar, *when, appointment.duration):
        raise NotBookableError(
            _("%(doctor)s does not work then.") % {"doctor": appointment.doctor.display_name},
            field="appointment_time",
        )


def _require_clear(appointment: Appointment, calendar: Calendar) -> None:
    """Refuse a time that is taken, held by an offer, or too near to another visit."""
    doctor, day, time = appointment.doctor, appointment.appointment_date, appointment.appointment_time
    if is_clear(calendar, doctor, day, time, Length.as_booked(appointment)):
        return
    taken = [busy for busy in calendar.busy[doctor.pk, day] if overlaps((busy.start, busy.end), _span(appointment))]
    clash = _clash(appointment, doctor=doctor, appointment_time__in=[time_of(busy.start) for busy in taken])
    message = _("The doctor already has a visit at that time.") if clash else _("This time is kept free.")
    held_until = None if clash else _held_until(appointment)
    raise SlotTakenError(message, doctor=doctor, clash=clash, held_until=held_until)


def _held_until(appointment: Appointment) -> dt.datetime | None:
    """Return until when the time is offered to the waiting list, None if it is not."""
    offers = SlotOffer.objects.holding(timezone.now()).filter(
        doctor=appointment.doctor, appointment_date=appointment.appointment_date
    )
    held = [o.expires_at for o in offers if o.starts_at < appointment.ends_at and appointment.starts_at < o.ends_at]
    return max(held, default=None)


def lock_active_patient(patient: Patient, *, actor: User | None = None) -> Patient:
    """Lock a patient, who must not be archived, and be one that `actor` may see."""
    locked = lock_patient(patient.pk, actor=actor)
    if locked is None:
        raise NotBookableError(_("This patient is not among yours."), field="patient")
    if locked.is_archived:
        raise NotBookableError(_("This patient is archived."), field="patient")
    return locked


def _insert(appointment: Appointment, notices: list[Notice], *, actor: User) -> None:
    """Write a new visit and its mails; nobody is booked twice, by the database."""
    require_valid(appointment)
    bulk.create([appointment, *notices], actor=actor)
    send_later(notices)


def require_valid(appointment: Appointment) -> None:
    """Refuse values that the fields do not take; who and what the visit points to was read a moment ago."""
    try:
        appointment.clean_fields(exclude=GIVEN)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise DomainError(" ".join(messages), field=field) from error


@contextmanager
def _told_as_taken(appointment: Appointment):
    """Tell what the exclusion constraints refuse as a taken slot; what the block did is undone."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        if error.__cause__.diag.constraint_name == "appointment_patient_once":
            message, whose = _("The patient already has a visit at that time."), {"patient": appointment.patient}
        else:
            message, whose = _("Somebody else booked this time a moment ago."), {"doctor": appointment.doctor}
        clash = _clash(appointment, **whose)
        is_patients = "patient" in whose
        raise SlotTakenError(message, doctor=appointment.doctor, clash=clash, is_patients=is_patients) from error


def _clash(appointment: Appointment, **which) -> Appointment | None:
    """Return the visit that overlaps, among those of that day that `which` tells, with the people in it."""
    visits = Appointment.objects.occupying().on(appointment.appointment_date).filter(is_overbooked=False, **which)
    with_people = visits.select_related("patient__user", "doctor", "booked_by").only(*CLASH_SHOWN)
    return next((visit for visit in with_people if overlaps(_span(visit), _span(appointment))), None)


def _span(visit: Appointment) -> Span:
    start = minute_of(visit.appointment_time)
    return start, start + visit.duration
