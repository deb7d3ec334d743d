"""The rows that visits leave: appointment, consultation, prescription, invoice, audit."""

import datetime as dt
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.audit import bulk
from accounts.audit.entries import entry
from accounts.models import AuditLog, User
from billing.models import Invoice, PaymentMethod
from billing.services import DAYS_TO_PAY
from clinical import signing
from clinical.case import Layout
from clinical.durations import days_in
from clinical.models import Complaint, ComplaintResponse, Consultation, Remedy, SignedNote
from clinical.readable import readable_texts
from clinical.sheet import TEXTS
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import (
    ConsultationFactory,
    FollowUpFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.scheduling import AppointmentFactory
from homeo.demo.people import came
from patients.models import Patient
from scheduling.kinds import fee_of
from scheduling.models import Appointment, VisitSeries, VisitType
from scheduling.queue import queues_of
from scheduling.slots import minute_of, time_of

ADDRESSES = ("10.0.4.11", "10.0.4.12", "10.0.4.31", "10.0.4.33")
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
)
METHODS = {PaymentMethod.UPI: 45, PaymentMethod.CASH: 30, PaymentMethod.CARD: 20, PaymentMethod.BANK: 5}
FIRST, FOLLOW_UP, ACUTE, PHONE = range(4)  # the kinds of visits, in the clinic's order
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    """What a consultation is written from; `lines` are those of the prescription."""

    complaints: str
    diagnosis: str = ""
    advice: str = ""
    notes: str = ""
    lines: tuple[dict, ...] = ()
    complaints_taken: tuple[dict, ...] = ()
    responses: tuple[tuple, ...] = ()
    """What has become of complaints taken before: name, value, percent and words of each."""
    gone: tuple[str, ...] = ()
    """Which of them are not asked for again."""
    parts: dict = field(default_factory=dict)
    chosen: dict = field(default_factory=dict)


class Ledger:
    """Collects unsaved rows and writes them at once; `now` is local time, and no row is later."""

    def __init__(self, rng: random.Random, now: dt.datetime, desk: list[User]):
        self.rng = rng
        self.now = now
        self.desk = desk
        self.kinds = dict(enumerate(VisitType.objects.in_use()))
        self.series: list[VisitSeries] = []
        self.appointments: list[Appointment] = []
        self.consultations: list[Consultation] = []
        self.prescriptions: list = []
        self.follow_ups: dict = {}
        self.items: list = []
        self.complaints: list[Complaint] = []
        self.responses: list[ComplaintResponse] = []
        self.invoices: list[Invoice] = []
        self.entries: list[AuditLog] = []
        self.taken: dict[tuple[str, dt.date], list[tuple[int, int]]] = {}
        self.days: set[tuple[str, dt.date]] = set()

    def is_free(self, doctor: User, patient: Patient, day: dt.date, minute: int, length: int) -> bool:
        """Tell whether the doctor has the time, and the patient no visit that day."""
        spans = self.taken.get((doctor.pk, day), ())
        return (patient.pk, day) not in self.days and not any(
            start < minute + length and minute < end for start, end in spans
        )

    def book(self, patient: Patient, doctor: User, day: dt.date, minute: int, length: int, **fields) -> Appointment:
        """Add a visit, a follow-up unless `kind` says otherwise; booked by the desk days before, or `made` and `by`."""
        made = fields.pop("made", None)
        by = fields.pop("by", None) or self.rng.choice(self.desk)
        kind = fields.pop("kind", FOLLOW_UP)
        visit = AppointmentFactory.build(
            patient=patient,
            doctor=doctor,
            appointment_date=day,
            appointment_time=time_of(minute),
            duration=length,
            booked_by=by,
            visit_type=self.kinds.get(kind),
            **fields,
        )
        made = made or visit.starts_at - dt.timedelta(days=self.rng.randint(0, 12), minutes=self.rng.randint(30, 400))
        came(visit, self.past(made, latest=self.now - self.rng.randint(20, 300) * MINUTE), by)
        if visit.status not in {"CANCELLED", "RESCHEDULED"} and not visit.is_overbooked:
            self.taken.setdefault((doctor.pk, day), []).append((minute, minute + length))
        self.days.add((patient.pk, day))
        self.appointments.append(visit)
        return visit

    def move(self, visit: Appointment, day: dt.date, minute: int) -> Appointment:
        """Add the visit that `visit` was moved from, which stood on `day`."""
        self.days.discard((visit.patient_id, day))
        made = timezone.make_aware(dt.datetime.combine(day, time_of(minute))) - dt.timedelta(days=9)
        old = self.book(
            visit.patient, visit.doctor, day, minute, visit.duration, status="RESCHEDULED", made=made, notes=visit.notes
        )
        old.visit_type, old.rescheduled_to = visit.visit_type, visit
        return old

    def arrive(self, visit: Appointment, *, minutes_ago: int | None = None) -> Consultation:
        """Let the patient arrive: a few minutes early, or so long ago."""
        early = visit.starts_at - self.rng.randint(2, 18) * MINUTE
        visit.checked_in_at = self.past(early if minutes_ago is None else self.now - minutes_ago * MINUTE)
        return self._consultation(visit, "SCHEDULED", made=visit.checked_in_at, by=visit.booked_by, complaints="")

    def miss(self, visit: Appointment) -> None:
        """Let the patient not come."""
        visit.no_show_at = self.past(visit.ends_at + self.rng.randint(5, 30) * MINUTE)
        self._consultation(visit, "NO_SHOW", made=visit.no_show_at, by=visit.booked_by, complaints="")

    def begin(self, visit: Appointment, case: Case) -> Consultation:
        """Let the doctor be writing the consultation; its prescription is a draft."""
        consultation = self._start(visit)
        consultation.status = "IN_PROGRESS"
        self._write(consultation, case)
        self._prescribe(consultation, case)
        return consultation

    def complete(self, visit: Appointment, case: Case) -> Consultation:
        """Let the visit be over: written, signed and billed."""
        consultation = self._start(visit)
        spent = max(visit.duration - self.rng.randint(-4, 6), 4)
        visit.status = "COMPLETED"
        self._sign(consultation, case, spent)
        return consultation

    def call(self, patient: Patient, doctor: User, when: dt.datetime, case: Case) -> None:
        """Add a completed consultation without a visit."""
        consultation = ConsultationFactory.build(patient=patient, doctor=doctor, scheduled_at=when)
        self.days.add((patient.pk, when.date()))
        self.consultations.append(came(consultation, when, doctor))
        self._sign(consultation, case, self.rng.randint(5, 15))

    def _start(self, visit):
        consultation = self.arrive(visit)
        visit.started_at = self.past(max(visit.starts_at + self.rng.randint(-2, 9) * MINUTE, visit.checked_in_at))
        return consultation

    def _consultation(self, visit, status, *, made, by, complaints) -> Consultation:
        consultation = ConsultationFactory.build(
            appointment=visit,
            patient=visit.patient,
            doctor=visit.doctor,
            scheduled_at=visit.starts_at,
            duration=visit.duration,
            status=status,
            complaints=complaints,
        )
        self.consultations.append(came(consultation, made, by))
        return consultation

    def _sign(self, consultation, case, spent):
        began = consultation.appointment.started_at if consultation.appointment else consultation.scheduled_at
        consultation.status = "COMPLETED"
        consultation.completed_at = self.past(began + spent * MINUTE)
        consultation.duration = spent
        self._write(consultation, case, advice=case.advice)
        self._prescribe(consultation, case)
        self._bill(consultation)

    def _write(self, consultation, case, advice=""):
        """Write the note: free texts, the parts of the case, complaints and responses."""
        taken = [one for one in self.complaints if one.patient_id == consultation.patient_id]
        by_name = {one.name: one for one in taken}
        made = {"_history_date": consultation.created_at, "_history_user": consultation.doctor}
        rows = [
            Complaint(patient=consultation.patient, consultation=consultation, position=place, **values)
            for place, values in enumerate(case.complaints_taken)
        ]
        responses = [
            ComplaintResponse(
                consultation=consultation,
                complaint=by_name[name],
                value=value,
                percent=percent,
                now=now,
                is_closed=name in case.gone,
            )
            for name, value, percent, now in case.responses
            if name in by_name
        ]
        for row in (*rows, *responses):
            vars(row).update(made, created_at=consultation.created_at)
        self.complaints += rows
        self.responses += responses
        consultation.layout = Layout.FOLLOW_UP if taken else Layout.FIRST
        consultation.case = dict(case.parts)
        for name, value in case.chosen.items():
            setattr(consultation, name, value)
        free = dict(zip(TEXTS, (case.complaints, case.diagnosis, advice, case.notes), strict=True))
        texts = readable_texts(consultation, free, rows, responses)
        for name, text in texts.items():
            setattr(consultation, name, text)
        if own := {name: text for name, text in free.items() if text != texts[name]}:
            consultation.case["free"] = own

    def _prescribe(self, consultation, case):
        if not case.lines:
            return
        signed = consultation.completed_at
        made = signed - MINUTE if signed else self.past(consultation.appointment.started_at + 3 * MINUTE)
        prescription = PrescriptionFactory.build(
            consultation=consultation,
            patient=consultation.patient,
            doctor=consultation.doctor,
            notes=case.advice,
            signed_at=signed,
        )
        self.prescriptions.append(came(prescription, made, consultation.doctor))
        for position, line in enumerate(case.lines):
            item = PrescriptionItemFactory.build(prescription=prescription, position=position, **line)
            self.items.append(came(item, made, consultation.doctor))
        if signed:
            self._expect(consultation, case, timezone.localdate(signed))

    def _expect(self, consultation, case, since):
        """Expect the patient when the longest line of the latest prescription ends."""
        key = consultation.patient.pk, consultation.doctor.pk
        days = max(days_in(line["duration"]) or 0 for line in case.lines)
        if days and (key not in self.follow_ups or self.follow_ups[key].since_date < since):
            follow_up = FollowUpFactory.build(
                patient=consultation.patient,
                doctor=consultation.doctor,
                since_date=since,
                due_date=since + dt.timedelta(days=days),
            )
            self.follow_ups[key] = came(follow_up, consultation.completed_at, consultation.doctor)

    def _bill(self, consultation):
        doctor, made = consultation.doctor, consultation.completed_at
        kind = consultation.appointment.visit_type if consultation.appointment else None
        invoice = InvoiceFactory.build(
            patient=consultation.patient,
            consultation=consultation,
            amount=fee_of(doctor.doctor, kind),
            description=f"{kind or 'Consultation'} with {doctor.display_name}",
            due_date=timezone.localdate(made) + dt.timedelta(days=DAYS_TO_PAY),
        )
        self.invoices.append(came(invoice, made, doctor))

    def settle(self, *, besides: Patient) -> None:
        """Pay most invoices of all but one patient; leave some open or overdue, some failed, refunded or archived."""
        for invoice in self.invoices:
            if invoice.patient is besides:
                continue
            age = (self.now - invoice.created_at).days
            chance = self.rng.random()
            if age > 30 and chance < 0.004:
                invoice.archived_at = invoice.created_at + dt.timedelta(days=1)
            elif chance < 0.01:
                invoice.payment_status = "FAILED"
            elif chance > (0.7 if age < 1 else 0.85 if age < 15 else 0.985):
                continue
            else:
                self.pay(invoice)
                if age > 2 and chance > 0.97:
                    invoice.payment_status = "REFUNDED"

    def pay(self, invoice: Invoice) -> None:
        """Take the payment at the desk, mostly on the way out."""
        later = dt.timedelta(days=self.rng.randint(1, 6)) if self.rng.random() < 0.15 else dt.timedelta(0)
        invoice.payment_status = "COMPLETED"
        invoice.paid_date = self.past(invoice.created_at + later + self.rng.randint(2, 20) * MINUTE)
        invoice.payment_method = self.rng.choices(list(METHODS), list(METHODS.values()))[0]
        if invoice.payment_method != PaymentMethod.CASH:
            invoice.payment_reference = f"{invoice.payment_method}-{self.rng.randint(10**7, 10**8 - 1)}"
        invoice.received_by = self.rng.choice(self.desk)
        self.note(
            "UPDATE",
            invoice.received_by,
            invoice.paid_date,
            invoice,
            changes={"payment_status": {"old": "PENDING", "new": "COMPLETED"}},
        )

    def note(self, action: str, user: User | None, when: dt.datetime, row=None, *, changes=None) -> None:
        """Add an entry to the audit log, from a computer of the clinic."""
        kind = row._meta.object_name if row else "User"
        made = entry(
            action=action,
            entity=kind,
            entity_id=row.pk if row else "",
            user=user,
            patient_id=getattr(row, "audit_patient_id", ""),
            changes=changes,
        )
        made.created_at = self.past(when)
        made.ip_address, made.user_agent = self.rng.choice(ADDRESSES), self.rng.choice(BROWSERS)
        self.entries.append(made)

    def past(self, when: dt.datetime, *, latest: dt.datetime | None = None) -> dt.datetime:
        """Return the moment, or the latest one that may be: nothing has happened after now."""
        return min(when, latest or self.now)

    def give_tokens(self) -> None:
        """Number those who arrived, each day from 1; let a doctor have called the next one just now."""
        last: Counter[dt.date] = Counter()
        arrived = [visit for visit in self.appointments if visit.checked_in_at]
        for visit in sorted(arrived, key=lambda visit: visit.checked_in_at):
            last[visit.appointment_date] += 1
            visit.token_number = last[visit.appointment_date]
        today = (visit for visit in arrived if visit.appointment_date == self.now.date())
        queues = [queue for queue in queues_of(today) if queue.next]
        if queues:
            # Not the doctor for whom most people wait: there the next call is left to whoever tries it out.
            visit = min(queues, key=lambda queue: len(queue.waiting)).next
            visit.called_at = self.past(self.now - MINUTE, latest=self.now)

    def save(self) -> None:
        """Write everything, in the order of time."""
        self.give_tokens()
        self._find_remedies()
        self.invoices.sort(key=lambda invoice: invoice.created_at)
        # A moved visit points to a new one: foreign keys are checked at the end of the transaction.
        for rows in (self.series, self.appointments, self.consultations, self.complaints, self.responses):
            bulk.create(rows)
        for rows in (self.prescriptions, self.items, self._signatures(), self.invoices):
            bulk.create(rows)
        bulk.create(list(self.follow_ups.values()))
        AuditLog._base_manager.bulk_create(self.entries, batch_size=bulk.BATCH)

    def _signatures(self) -> list[SignedNote]:
        """Return what was signed, for each completed consultation."""
        parts = {"rows": self.complaints, "responses": self.responses, "prescriptions": self.prescriptions}
        of_note = {name: _by(rows, "consultation_id") for name, rows in parts.items()}
        lines = _by(self.items, "prescription_id")
        signed = []
        for consultation in self.consultations:
            if not consultation.completed_at:
                continue
            content = signing.note_content(
                consultation,
                signer=consultation.doctor,
                signed_at=consultation.completed_at,
                rows=of_note["rows"][consultation.pk],
                responses=of_note["responses"][consultation.pk],
                prescriptions=[(one, lines[one.pk]) for one in of_note["prescriptions"][consultation.pk]],
            )
            note = signing.signed(consultation, consultation.doctor, consultation.completed_at, content)
            signed.append(came(note, consultation.completed_at, consultation.doctor))
        return signed

    def _find_remedies(self) -> None:
        """Give each line the remedy that its name means, and the remedy's full name."""
        remedies = Remedy.objects.meant({item.medicine_name for item in self.items})
        for item in self.items:
            item.remedy = remedies[item.medicine_name]
            item.medicine_name = item.remedy.name


def _by(rows, name: str) -> dict[str, list]:
    """Return the rows by what they belong to."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def grid(span: tuple[int, int], slot: int) -> list[int]:
    """Return the minutes at which slots begin within hours."""
    return list(range(span[0], span[1] - slot + 1, slot))


def clock(text: str) -> int:
    """Return the minute after midnight of a time such as 10:30."""
    return minute_of(dt.time.fromisoformat(text))
