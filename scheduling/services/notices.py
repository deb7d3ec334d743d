"""Mails about visits: written down with the change they tell of, sent by a job a little later if they still hold."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from accounts.audit import bulk
from accounts.models import User
from homeo.base.templatetags.homeo import clock, day
from patients.models import Patient
from scheduling import ical
from scheduling.models import Appointment, Notice, NoticeKind, NoticePreference, SchedulingRules

SEND_NOTICE = "scheduling.send_notice"
"""The job that sends one notice, by its `notice_id`."""

CHANGES = (NoticeKind.BOOKED, NoticeKind.MOVED, NoticeKind.CANCELLED)
SUBJECTS = {
    NoticeKind.BOOKED: gettext_lazy("Your visit on %(day)s at %(time)s"),
    NoticeKind.MOVED: gettext_lazy("Your visit is now on %(day)s at %(time)s"),
    NoticeKind.CANCELLED: gettext_lazy("Your visit on %(day)s at %(time)s is cancelled"),
    NoticeKind.REMINDER: gettext_lazy("Reminder: your visit on %(day)s at %(time)s"),
}
SERIES_TOLD_MAX = 60


def announce(appointment: Appointment, kind: str, *, is_confirmed: bool = False) -> None:
    """Write down the mails that a change of a visit calls for, in the transaction of the change.

    Args:
        appointment: the visit as it stands now, locked.
        kind: what happened to it; BOOKED also when it was confirmed or is on again.
        is_confirmed: a visit that was asked for is confirmed: news, though its time is the same.
    """
    rules = SchedulingRules.objects.current()
    notices = notices_of_change(appointment, kind, rules, is_confirmed=is_confirmed)
    bulk.create(notices)
    send_later(notices)


def send_later(notices: list[Notice]) -> None:
    """Give the mails that were written down to the workers, each for when it is due: one query."""
    if notices:
        jobs = [app.configure_task(SEND_NOTICE, schedule_at=n.due_at).make_new_job(notice_id=n.pk) for n in notices]
        app.job_manager.batch_defer_jobs(jobs)


def notices_of_new(visits: list[Appointment], rules: SchedulingRules) -> list[Notice]:
    """Return the mails that new visits of one patient call for: one tells of all of them, each has a reminder."""
    first = min(visits, key=lambda visit: visit.starts_at)
    told = [(first, NoticeKind.BOOKED, _soon(rules))]
    return _wanted([*told, *(reminder for visit in visits for reminder in _reminder(visit, rules))], rules)


def notices_of_change(
    appointment: Appointment, kind: str, rules: SchedulingRules, *, is_confirmed: bool = False
) -> list[Notice]:
    """Return the mails that a change of a visit calls for; `announce` says what the arguments are.

    Mails about earlier changes of the visit that have not gone out are dropped, and the person is told what differs
    from what the person was told last: of a change that was undone within the delay, nothing. The reminder follows the
    visit.
    """
    in_flight, dropped, told = _withdraw(appointment)
    news = _news(appointment, kind, dropped, told, is_confirmed=is_confirmed)
    due = [(appointment, news, _soon(rules))] if news else []
    if kind != NoticeKind.CANCELLED:
        due += _reminder(appointment, rules)
    return [n for n in _wanted(due, rules) if (n.appointment_id, n.kind) not in in_flight]


def _soon(rules: SchedulingRules) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=rules.notice_delay_minutes)


def _reminder(visit: Appointment, rules: SchedulingRules) -> list[tuple[Appointment, str, dt.datetime]]:
    due_at = visit.starts_at - dt.timedelta(hours=rules.reminder_hours)
    return [(visit, NoticeKind.REMINDER, due_at)] if due_at > timezone.now() else []


def _wanted(due: list[tuple[Appointment, str, dt.datetime]], rules: SchedulingRules) -> list[Notice]:
    """Return the mails about visits of one patient that clinic and patient want, if there is somebody to write to."""
    if not due:
        return []
    patient = due[0][0].patient
    preference = preference_of(patient)
    notices = [
        Notice(appointment=visit, kind=kind, due_at=due_at)
        for visit, kind, due_at in due
        if _is_wanted(kind, rules, preference)
    ]
    return notices if notices and recipients_of(patient) else []


def _withdraw(appointment: Appointment) -> tuple[set, list[Notice], Notice | None]:
    """Drop the pending mails of the visit and of those that it was moved from.

    Returns:
        what a worker is sending at this moment as (visit id, kind), the mails that were dropped, oldest first, and the
        last mail about a change that has gone out, or is just going out.
    """
    if appointment.calendar_sequence == 0:  # new
        return set(), [], None
    chain = Appointment.objects.filter(patient=appointment.patient_id).filter(
        Q(pk=appointment.uid) | Q(calendar_uid=appointment.uid)
    )
    notices = Notice.objects.filter(appointment__in=chain.values("pk")).select_related("appointment__rescheduled_from")
    pending = list(notices.pending().order_by("created_at", "pk"))
    # A mail that is being sent is locked by its worker for as long as the mail server takes; nobody waits for it.
    locked = Notice.objects.pending().filter(pk__in=[notice.pk for notice in pending])
    mine = set(locked.select_for_update(skip_locked=True).values_list("pk", flat=True))
    bulk.update(Notice.objects.filter(pk__in=mine), dropped_at=timezone.now())
    going = [notice for notice in pending if notice.pk not in mine]
    told = next((notice for notice in reversed(going) if notice.kind in CHANGES), None)
    if told is None:
        told = notices.filter(sent_at__isnull=False, kind__in=CHANGES).order_by("sent_at", "pk").last()
    in_flight = {(notice.appointment_id, notice.kind) for notice in going}
    return in_flight, [notice for notice in pending if notice.pk in mine], told


def _news(appointment, kind, dropped, told, *, is_confirmed) -> str | None:
    """Return what the person does not know yet, None if there is nothing."""
    is_off = kind == NoticeKind.CANCELLED
    if told is not None:
        if is_off or told.kind == NoticeKind.CANCELLED:
            news = kind if is_off else NoticeKind.BOOKED
            return None if news == told.kind else news
        if not _is_same_time(told.appointment, appointment):
            return NoticeKind.MOVED
        return NoticeKind.BOOKED if is_confirmed else None
    waiting = {notice.kind: notice for notice in dropped}
    if NoticeKind.BOOKED in waiting:
        return None if is_off else NoticeKind.BOOKED
    moved = waiting.get(NoticeKind.MOVED)
    is_back = kind == NoticeKind.BOOKED and NoticeKind.CANCELLED in waiting
    if kind == NoticeKind.MOVED and moved:
        is_back = _is_same_time(moved.appointment.rescheduled_from, appointment)
    return None if is_back else kind


def _is_same_time(one: Appointment, other: Appointment) -> bool:
    names = ("doctor_id", "appointment_date", "appointment_time", "duration")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _is_wanted(kind: str, rules: SchedulingRules, preference: NoticePreference) -> bool:
    """Tell whether clinic and patient want such a mail."""
    return {
        NoticeKind.BOOKED: rules.sends_booked and preference.wants_booked,
        NoticeKind.MOVED: rules.sends_moved and preference.wants_moved,
        NoticeKind.CANCELLED: rules.sends_cancelled and preference.wants_cancelled,
        NoticeKind.REMINDER: rules.sends_reminders and preference.wants_reminders,
    }[kind]


def preference_of(patient: Patient) -> NoticePreference:
    """Return the stored wishes of a patient, or those of somebody who never said: every mail, not saved."""
    try:
        return patient.notice_preference
    except NoticePreference.DoesNotExist:
        return NoticePreference(patient=patient, updated_at=patient.created_at)


@transaction.atomic
def set_notice_preference(
    *,
    actor: User,
    patient: Patient,
    wants_booked: bool,
    wants_moved: bool,
    wants_cancelled: bool,
    wants_reminders: bool,
) -> NoticePreference:
    """Keep which mails about visits a patient wants."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    preference = preference_of(patient)
    preference.wants_booked, preference.wants_moved = wants_booked, wants_moved
    preference.wants_cancelled, preference.wants_reminders = wants_cancelled, wants_reminders
    preference.full_clean()
    preference.save()
    return preference


def recipients_of(patient: Patient) -> list[User]:
    """Return whom mails about the patient's visits go to: the patient, without an e-mail those who look after."""
    if patient.user.has_email:
        return [patient.user] if patient.user.is_active else []
    wardens = User.objects.active().filter(wards__patient=patient).order_by("pk")
    return [user for user in wardens if user.has_email]


@transaction.atomic
def send_notice(notice_id: str) -> None:
    """Send a notice, if it is still pending and its reason still holds; a refusal of the mail server is raised.

    The row stays locked until the mail is handed over and marked as sent: a second worker waits, and sends nothing.
    """
    notice = Notice.objects.pending().select_for_update().filter(pk=notice_id).first()
    if notice is None:
        return
    visit = Appointment.objects.with_people().select_related("series").get(pk=notice.appointment_id)
    people = recipients_of(visit.patient) if _holds(notice, visit) else []
    if people:
        get_connection().send_messages([_message(notice, visit, person) for person in people])
        notice.sent_at = timezone.now()
    else:
        notice.dropped_at = timezone.now()
    notice.save(update_fields=["sent_at", "dropped_at", "updated_at"])


def _holds(notice: Notice, visit: Appointment) -> bool:
    if visit.starts_at <= timezone.now():
        return False
    is_as_told = visit.status == visit.Status.CANCELLED if notice.kind == NoticeKind.CANCELLED else visit.is_open
    return is_as_told and _is_wanted(notice.kind, SchedulingRules.objects.current(), preference_of(visit.patient))


def _message(notice: Notice, visit: Appointment, person: User) -> EmailMessage:
    is_own = person.pk == visit.patient.user_id
    visits = [visit]
    if notice.kind == NoticeKind.BOOKED and visit.series and not visit.calendar_sequence:
        others = Appointment.objects.filter(series=visit.series_id).occupying().from_now(visit.starts_at)
        visits += others.exclude(pk=visit.pk).with_people().by_time()[:SERIES_TOLD_MAX]
    when = {"day": day(visit.appointment_date, "short"), "time": clock(visit.appointment_time)}
    context = {
        "person": person,
        "visit": visit,
        "others": visits[1:],
        "patient_name": "" if is_own else visit.patient.name,
        "link": settings.SITE_URL + reverse("scheduling:appointment_detail", args=[visit.pk]),
        "wishes_link": settings.SITE_URL + reverse("scheduling:notice_preference", args=[visit.patient_id]),
        "clinic_name": settings.CLINIC_NAME,
        "clinic_address": settings.CLINIC_ADDRESS,
        "clinic_phone": settings.CLINIC_PHONE,
    }
    message = EmailMessage(
        subject=SUBJECTS[notice.kind] % when,
        body=render_to_string(f"scheduling/email/notice_{notice.kind.lower()}.txt", context),
        to=[person.email],
        # The same for each try: a mail server or program that gets it twice can tell.
        headers={"Message-ID": f"<{notice.pk}.{person.pk}@{ical.UID_DOMAIN}>"},
    )
    method = ical.CANCEL if notice.kind == NoticeKind.CANCELLED else ical.REQUEST
    for number, entry in enumerate(visits, 1):
        # A request is about one entry: each visit of a series has its own file.
        content = ical.calendar_of(
            [entry], method=method, summary_of=lambda visit: title_for(visit, is_own=is_own), attendee=person.email
        )
        name = "visit.ics" if len(visits) == 1 else f"visit-{number:02d}.ics"
        message.attach(name, content.decode(), f"{ical.CONTENT_TYPE}; method={method}")
    return message


def title_for(visit: Appointment, *, is_own: bool) -> str:
    """Return how the visit is called in a calendar of the patient, or of somebody who looks after the patient."""
    if is_own:
        return _("Visit to %(doctor)s") % {"doctor": visit.doctor.display_name}
    names = {"doctor": visit.doctor.display_name, "patient": visit.patient.user.first_name}
    return _("%(patient)s: visit to %(doctor)s") % names
