"""The waiting list: who is on it, who is offered a time that became free, and who takes it.

Locks in this order: the doctor, the entry, the offers by their ids, the patient. Elsewise there are deadlocks.
"""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts.audit import bulk
from accounts.models import Role, User
from homeo.base.errors import DomainError
from homeo.base.templatetags.homeo import clock, day
from patients.models import Patient
from scheduling import ical
from scheduling.availability import Length
from scheduling.errors import NotBookableError, OfferOverError, SlotTakenError
from scheduling.models import Appointment, SchedulingRules, SlotOffer, WaitingEntry
from scheduling.services.booking import book_appointment
from scheduling.services.locks import lock_doctor, lock_patient
from scheduling.services.notices import recipients_of
from scheduling.waiting import Opening, Room, offers_of

SEND_OFFER = "scheduling.send_offer"
"""The job that writes about one offer, by its `offer_id`."""


@transaction.atomic
def put_on_waiting_list(*, actor: User, patient: Patient, **wish) -> WaitingEntry:
    """Put a patient on the waiting list; `wish` are the fields of the entry.

    Raises:
        DomainError: the patient is archived, or a patient has as many wishes as the clinic allows bookings.
    """
    patient = lock_patient(patient.pk)
    if patient.is_archived:
        raise DomainError(_("This patient is archived."), field="patient")
    if actor.role == Role.PATIENT:
        count = WaitingEntry.objects.filter(patient=patient, status=WaitingEntry.Status.WAITING).count()
        if count >= SchedulingRules.objects.current().max_open_bookings:
            raise DomainError(_("You are on the waiting list already. Take a wish off first, or call the clinic."))
    entry = WaitingEntry(patient=patient, created_by=actor, **wish)
    entry.full_clean()
    entry.save()
    return entry


@transaction.atomic
def change_waiting_entry(*, actor: User, entry: WaitingEntry, **wish) -> WaitingEntry:
    """Change what somebody waits for.

    Raises:
        DomainError: nobody waits any more.
    """
    entry = _lock_entry(entry)
    if not entry.is_waiting:
        raise DomainError(
            _("This is already “%(state)s”, so it stays as it is.") % {"state": entry.get_status_display()}
        )
    for name, value in wish.items():
        setattr(entry, name, value)
    entry.full_clean()
    entry.save()
    return entry


@transaction.atomic
def remove_waiting_entry(*, actor: User, entry: WaitingEntry) -> WaitingEntry:
    """Take somebody off the waiting list, and back what was offered."""
    entry = _lock_entry(entry)
    _set_status(entry, WaitingEntry.Status.REMOVED)
    _close(_lock_offers(Q(entry=entry)), SlotOffer.Status.WITHDRAWN, actor=actor)
    return entry


@transaction.atomic
def return_waiting_entry(*, actor: User, entry: WaitingEntry) -> WaitingEntry:
    """Take back that somebody was taken off the waiting list."""
    entry = _lock_entry(entry)
    _set_status(entry, WaitingEntry.Status.WAITING)
    return entry


@transaction.atomic
def make_offers(*, actor: User, opening: Opening, entries: list[WaitingEntry]) -> list[SlotOffer]:
    """Offer a time that became free to people on the waiting list; it is held for them as the clinic's rules say.

    A job writes to each with a link, once the transaction is over; who has no e-mail is to be called.

    Raises:
        NotBookableError: the time has passed.
        SlotTakenError: somebody else has it, or a visit of the wanted kind does not fit.
        DomainError: somebody does not wait any more, or has the offer already.
    """
    doctor = lock_doctor(opening.doctor)
    opening = Opening(doctor, opening.day, opening.time, opening.minutes)
    now = timezone.now()
    if opening.starts_at <= now:
        raise NotBookableError(_("This time has passed."))
    chosen = WaitingEntry.objects.filter(pk__in=[entry.pk for entry in entries]).order_by("pk")
    entries = list(chosen.with_people().select_for_update(no_key=True, of=("self",)))
    offered = set(offers_of(opening).holding(now).values_list("entry", flat=True))
    room = Room(opening)
    for entry in entries:
        if not entry.is_waiting or entry.pk in offered:
            state = _("has this offer already") if entry.pk in offered else _("does not wait any more")
            raise DomainError(
                _("%(patient)s %(state)s. Please look again.") % {"patient": entry.patient.name, "state": state}
            )
        if not room.fits(opening.length_for(entry.visit_type)):
            raise SlotTakenError(_("This time is not free any more."))
    expires_at = now + dt.timedelta(minutes=SchedulingRules.objects.current().offer_minutes)
    offers = [
        SlotOffer(
            entry=entry,
            doctor=doctor,
            appointment_date=opening.day,
            appointment_time=opening.time,
            duration=opening.length_for(entry.visit_type).minutes,
            expires_at=min(expires_at, opening.starts_at),
            made_by=actor,
        )
        for entry in entries
    ]
    bulk.create(offers, actor=actor)
    for offer in offers:
        app.configure_task(SEND_OFFER).defer(offer_id=offer.pk)
    return offers


def send_offer(offer_id: str) -> None:
    """Write to those who can be written to, with the link that takes the time, if it is still on offer."""
    offer = SlotOffer.objects.with_people().filter(pk=offer_id).first()
    if offer is None or not offer.is_open:
        return
    messages = [_message(offer, person) for person in recipients_of(offer.entry.patient)]
    get_connection().send_messages(messages)


def _message(offer: SlotOffer, person: User) -> EmailMessage:
    patient = offer.entry.patient
    when = {"day": day(offer.appointment_date, "short"), "time": clock(offer.appointment_time)}
    context = {
        "person": person,
        "patient_name": "" if person.pk == patient.user_id else patient.name,
        "offer": offer,
        "link": settings.SITE_URL + reverse("scheduling:offer_accept", args=[offer.key]),
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
    }
    return EmailMessage(
        subject=_("A time is free on %(day)s at %(time)s") % when,
        body=render_to_string("scheduling/email/offer.txt", context),
        to=[person.email],
        # The same for each try: a mail server or program that gets it twice can tell.
        headers={"Message-ID": f"<{offer.pk}.{person.pk}@{ical.UID_DOMAIN}>"},
    )


@transaction.atomic
def accept_offer(*, offer: SlotOffer, actor: User | None = None) -> Appointment:
    """Take the time on offer: the first to accept has it, the other offers of it are taken back.

    Accepted a second time it gives the same visit.

    Args:
        actor: of the front desk, who does it for somebody on the phone; by default the patient.

    Raises:
        OfferOverError: somebody else was faster, the time for an answer is over, or the clinic took it back.
        SlotTakenError: the patient has another visit then.
        NotBookableError: the doctor does not see patients then any more.
    """
    doctor = lock_doctor(offer.doctor)
    entry = _lock_entry(offer.entry)
    offers = _lock_offers(
        Q(doctor=doctor, appointment_date=offer.appointment_date, appointment_time=offer.appointment_time)
        | Q(entry=entry)
    )
    offer = next((row for row in offers if row.pk == offer.pk), None) or _reload(offer)
    if offer.status == SlotOffer.Status.ACCEPTED:
        return offer.appointment
    if not (offer.is_open and entry.is_waiting):
        raise OfferOverError(offer)
    kind = entry.visit_type
    appointment = book_appointment(
        actor=actor or entry.patient.user,
        patient=entry.patient,
        doctor=doctor,
        appointment_date=offer.appointment_date,
        appointment_time=offer.appointment_time,
        visit_type=kind,
        length=Length(offer.duration, kind.buffer_before, kind.buffer_after) if kind else Length(offer.duration),
        offer=offer,
    )
    offer.change_status(SlotOffer.Status.ACCEPTED)
    offer.appointment = appointment
    offer.save(update_fields=["status", "appointment", "updated_at"])
    _set_status(entry, WaitingEntry.Status.BOOKED)
    _close([row for row in offers if row.pk != offer.pk], SlotOffer.Status.WITHDRAWN, actor=actor)
    return appointment


@transaction.atomic
def book_from_waiting_list(*, entry: WaitingEntry, actor: User, doctor: User, **booking) -> Appointment:
    """Book a visit of somebody on the waiting list, as `book_appointment` does, after which nobody waits any more."""
    doctor = lock_doctor(doctor)
    entry = _lock_entry(entry)
    offers = _lock_offers(Q(entry=entry))
    appointment = book_appointment(actor=actor, patient=entry.patient, doctor=doctor, **booking)
    if entry.is_waiting:
        _set_status(entry, WaitingEntry.Status.BOOKED)
        _close(offers, SlotOffer.Status.WITHDRAWN, actor=actor)
    return appointment


@transaction.atomic
def decline_offer(*, offer: SlotOffer) -> SlotOffer:
    """Let the time pass: it is free for others; the patient stays on the waiting list. Said twice it is the same.

    Raises:
        OfferOverError: it is too late to say no, or it was accepted.
    """
    _lock_entry(offer.entry)
    offer = next(iter(_lock_offers(Q(pk=offer.pk))), None) or _reload(offer)
    if offer.status == SlotOffer.Status.DECLINED:
        return offer
    if not offer.is_open:
        raise OfferOverError(offer)
    offer.change_status(SlotOffer.Status.DECLINED)
    offer.save(update_fields=["status", "updated_at"])
    return offer


@transaction.atomic
def withdraw_offers(*, actor: User, opening: Opening) -> int:
    """Take back every open offer of a time, which is free then; return how many there were."""
    doctor = lock_doctor(opening.doctor)
    whose = Q(doctor=doctor, appointment_date=opening.day, appointment_time=opening.time)
    return _close(_lock_offers(whose), SlotOffer.Status.WITHDRAWN, actor=actor)


@transaction.atomic
def expire_offers() -> int:
    """Mark the open offers whose time is over; return how many there were.

    Offers that somebody is about to answer are left to that answer, and to the next call.
    """
    overdue = SlotOffer.objects.overdue(timezone.now()).select_for_update(skip_locked=True)
    return _close(list(overdue), SlotOffer.Status.EXPIRED)


def _lock_entry(entry: WaitingEntry) -> WaitingEntry:
    return WaitingEntry.objects.with_people().select_for_update(no_key=True, of=("self",)).get(pk=entry.pk)


def _lock_offers(which: Q) -> list[SlotOffer]:
    """Lock the open offers that are meant, always in the order of their ids."""
    return list(SlotOffer.objects.filter(which, status=SlotOffer.Status.OPEN).order_by("pk").select_for_update())


def _close(offers: list[SlotOffer], status: str, *, actor: User | None = None) -> int:
    """Give offers that are locked their last status."""
    return bulk.update(SlotOffer.objects.filter(pk__in=[offer.pk for offer in offers]), actor=actor, status=status)


def _reload(offer: SlotOffer) -> SlotOffer:
    return SlotOffer.objects.select_related("appointment", "doctor").get(pk=offer.pk)


def _set_status(entry: WaitingEntry, status: str) -> None:
    entry.change_status(status)
    entry.save(update_fields=["status", "updated_at"])
