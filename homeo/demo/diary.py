"""A year of visits up to today, today itself, and the two weeks that follow."""

import datetime as dt
import random
from dataclasses import dataclass

from accounts.models import User
from homeo.demo import asha
from homeo.demo.ledger import ACUTE, FIRST, FOLLOW_UP, PHONE, Case, Ledger, grid
from homeo.demo.people import People
from homeo.demo.remedies import COURSES, HIGHER, PICTURES, SAC_LAC, Picture
from patients.models import Patient
from scheduling.models import Appointment
from scheduling.slots import minute_of

YEAR = 364
REST = 6  # days for which nobody comes again who is met today
AHEAD = 14
CANCEL_REASONS = (
    "Patient has a cold and stays at home",
    "Away from Pune that week",
    "Called: feels well, will ring again",
    "Doctor at a seminar",
    "No transport, heavy rain",
)
NOTES = (*("",) * 6, "Report to show", "Wants to ask about the diet", "Needs the ground floor")
FIRST_MINUTES = 45


@dataclass
class Progress:
    """How far a patient's treatment has come."""

    picture: Picture
    doctor: User
    remedy: str
    potency: str
    visits: int = 0
    acute: str = ""
    """What was treated at the last visit besides, and is asked for at the next one."""
    stays: int = 99
    """After how many visits the patient stays away."""


class Diary:
    """Fills the clinic's calendar, `now` being local time."""

    def __init__(self, rng: random.Random, now: dt.datetime, people: People, ledger: Ledger):
        self.rng = rng
        self.now = now
        self.today = now.date()
        self.people = people
        self.ledger = ledger
        self.progress = {patient.pk: self._treatment(patient) for patient in people.patients}
        self.guardians = {guardian.patient_id: guardian.user for guardian in people.guardians}

    def _treatment(self, patient: Patient) -> Progress:
        years = (self.today - patient.date_of_birth).days // 365
        suited = [p for p in PICTURES if not p.is_acute and p.suits(years=years, gender=patient.gender)]
        own = [p for p in suited if p.whom != "adult"] if self.rng.random() < 0.5 else suited
        picture = self.rng.choice(own or suited or PICTURES)
        return Progress(
            picture=picture,
            doctor=self.rng.choice(self.people.doctors),
            remedy=picture.remedy,
            potency=picture.potency,
            stays=self.rng.choices([99, 1, 2, 4], [80, 6, 6, 8])[0],
        )

    # ── What is told and given ──────────────────────────────────────────────
    def case(self, patient: Patient, *, may_be_acute: bool = True) -> Case:
        """Return the next consultation of the patient's treatment, which goes on by one visit."""
        progress = self.progress[patient.pk]
        picture = progress.picture
        progress.visits += 1
        if progress.visits == 1:
            taken = ({"name": picture.short.capitalize(), "intensity": 2},)
            case = (picture.complaints, picture.diagnosis, picture.advice, "First case taken.", (picture.line,))
            return Case(*case, taken, chosen={"prescription_kind": "CONSTITUTIONAL"})
        years = (self.today - patient.date_of_birth).days // 365
        if may_be_acute and self.rng.random() < 0.12:
            acute = self.rng.choice([p for p in PICTURES if p.is_acute and p.suits(years=years, gender=patient.gender)])
            progress.acute = acute.short.capitalize()
            taken = ({"name": progress.acute, "intensity": 2},)
            case = (acute.complaints, acute.diagnosis, acute.advice, "", (acute.line,))
            return Case(*case, taken, chosen={"prescription_kind": "ACUTE"})
        course = self.rng.choice(COURSES)
        percent = self.rng.randrange(20, 95, 5)
        told = course.told.format(
            short=picture.short.capitalize(), remedy=progress.remedy, potency=progress.potency, percent=percent
        )
        response = (
            picture.short.capitalize(),
            int(course.response),
            percent if "{percent}" in course.told else None,
            "",
        )
        responses, gone = (response,), ()
        if progress.acute:
            value = self.rng.choices([3, 2, 1, 0, -1], [8, 5, 2, 2, 1])[0]
            responses, gone = (response, (progress.acute, value, None, "")), (progress.acute,)
            progress.acute = ""
        if course.next == "higher":
            progress.potency = HIGHER.get(progress.potency, progress.potency)
        line = picture.line | {"potency": progress.potency}
        lines = {"repeat": (line,), "higher": (line, SAC_LAC), "wait": (SAC_LAC,), "none": ()}[course.next]
        note = (told, picture.diagnosis, picture.advice, course.decision, lines)
        return Case(*note, responses=responses, gone=gone, chosen={"decision": course.chosen})

    # ── The year behind ─────────────────────────────────────────────────────
    def fill_year(self) -> None:
        """Add the visits of the year before today; they come closer together towards today."""
        due = {
            patient.pk: max(patient.created_at.date(), self.today - dt.timedelta(days=YEAR))
            + dt.timedelta(days=self.rng.randint(0, 25))
            for patient in self.people.others
        }
        for back in range(YEAR, 0, -1):
            day = self.today - dt.timedelta(days=back)
            waiting = [patient for patient in self.people.others if due[patient.pk] <= day]
            if back <= REST:
                waiting = [patient for patient in waiting if patient not in self.people.known]
            self.rng.shuffle(waiting)
            for patient in waiting:
                if self._visit_in_the_past(patient, day):
                    due[patient.pk] = day + dt.timedelta(days=self._interval(back))
                    if self.progress[patient.pk].visits >= self.progress[patient.pk].stays:
                        due[patient.pk] = self.today

    def _interval(self, back: int) -> int:
        if back > 90:
            return self.rng.choice([28, 30, 35, 42, 56])
        return self.rng.choice([12, 16, 21, 28]) if back > 35 else self.rng.choice([5, 7, 9, 12])

    def _visit_in_the_past(self, patient: Patient, day: dt.date) -> bool:
        rng, ledger = self.rng, self.ledger
        doctor = self._doctor_for(patient, day)
        kind = self._kind(patient)
        slot = self._minutes(doctor, kind)
        minute = self._free_minute(doctor, patient, day, slot)
        if minute is None:
            return False
        notes = self._reason(patient)
        chance = rng.random()
        if chance < 0.05:
            fields = {"kind": kind, "status": "CANCELLED", "cancel_reason": rng.choice(CANCEL_REASONS)}
            ledger.book(patient, doctor, day, minute, slot, **fields)
        elif chance < 0.07:
            when = self.now.replace(year=day.year, month=day.month, day=day.day, hour=11, minute=rng.randint(0, 59))
            ledger.call(patient, doctor, when, self.case(patient))
        else:
            visit = ledger.book(patient, doctor, day, minute, slot, kind=kind, notes=notes)
            if chance < 0.12:
                ledger.miss(visit)
                return True
            if chance < 0.17:
                ledger.move(visit, day - dt.timedelta(days=rng.randint(1, 6)), minute)
            ledger.complete(visit, self.case(patient))
        return True

    def _doctor_for(self, patient: Patient, day: dt.date) -> User:
        own = self.progress[patient.pk].doctor
        if self.people.open_on(own, day) and self.rng.random() < 0.9:
            return own
        return self.rng.choice([doctor for doctor in self.people.doctors if self.people.open_on(doctor, day)])

    def _reason(self, patient: Patient) -> str:
        return self.rng.choice([*NOTES, "Comes with mother"] if patient.pk in self.guardians else NOTES)

    def _online(self, patient: Patient) -> User | None:
        """Return who asks for visits of the patient at home: the patient, or who looks after the patient."""
        return self.guardians.get(patient.pk) or (patient.user if patient.user.has_email else None)

    def _kind(self, patient: Patient) -> int:
        if not self.progress[patient.pk].visits:
            return FIRST
        return self.rng.choices([FOLLOW_UP, ACUTE, PHONE], [86, 9, 5])[0]

    def _minutes(self, doctor: User, kind: int) -> int:
        return FIRST_MINUTES if kind == FIRST else doctor.doctor.slot_minutes

    def _starts(self, doctor: User, day: dt.date, minutes: int) -> list[int]:
        step = doctor.doctor.slot_minutes
        return [m for span in self.people.open_on(doctor, day) for m in grid(span, step) if m + minutes <= span[1]]

    def _free_minute(self, doctor, patient, day, minutes) -> int | None:
        starts = self._starts(doctor, day, minutes)
        starts = [m for m in starts if self.ledger.is_free(doctor, patient, day, m, minutes)]
        return self.rng.choice(starts) if starts else None

    # ── Today ───────────────────────────────────────────────────────────────
    def fill_today(self) -> None:
        """Add a full day: seen, missed, with the doctor, waiting, still to come, asked for, cancelled, overbooked."""
        pool = self.people.others
        self.rng.shuffle(pool)
        pool.sort(key=self._order_today)
        for number, doctor in enumerate(self.people.doctors):
            if span := self.people.hours_on(doctor, self.today):
                self._fill_day_of(doctor, span, pool, waiting=(2, 3, 1, 2, 1, 1)[number])

    def _order_today(self, patient: Patient) -> tuple[bool, ...]:
        """Put those met first, then new patients, and last those who were here in the days before."""
        is_back = any((patient.pk, self.today - dt.timedelta(days=ago)) in self.ledger.days for ago in range(1, REST))
        return patient not in self.people.known, is_back, self.progress[patient.pk].visits > 0

    def _fill_day_of(self, doctor: User, span, pool, *, waiting: int) -> None:
        slot, minute = doctor.doctor.slot_minutes, minute_of(self.now.time())
        starts = self._starts(doctor, self.today, slot)
        present = None
        if span[0] <= minute <= span[1] + slot:
            # Towards the end of the day the doctor is late, so that somebody waits still.
            present = min([m for m in starts if m <= minute][-1], starts[-1 - waiting])
        at_table = [] if present is None else [m for m in starts if m >= present][: waiting + 1]
        planned = [m for m in starts if m in at_table or self.rng.random() < 0.72]
        before = [m for m in planned if m < (present if present is not None else minute)]
        after = [m for m in planned if m not in before and m not in at_table]
        absent = self.rng.choice(before) if before else None
        cancelled = self.rng.choice(after or before) if planned else None
        for start in planned:
            if start == present and doctor is self.people.doctors[0]:
                visit = self.ledger.book(self.people.asha, doctor, self.today, start, slot)
                self.ledger.begin(visit, asha.TODAY)
                continue
            self._visit_of_today(
                doctor, self._next(pool, doctor, start, slot), start, waits=start in at_table, present=present,
                is_over=start in before, is_absent=start == absent, is_cancelled=start == cancelled,
            )  # fmt: skip
        if waiting == 3:
            patient = self._next(pool, doctor, 0, 0)
            visit = self._overbook(doctor, patient, self.rng.choice(after or before))
            if not after:
                self.ledger.complete(visit, self.case(patient))

    def _next(self, pool, doctor, start, slot) -> Patient:
        for index, patient in enumerate(pool):
            if self.ledger.is_free(doctor, patient, self.today, start, slot):
                return pool.pop(index)
        raise ValueError("More visits than patients.")

    def _visit_of_today(self, doctor, patient, start, *, waits, present, is_over, is_absent, is_cancelled) -> None:
        ledger, rng, slot = self.ledger, self.rng, doctor.doctor.slot_minutes
        notes, kind = self._reason(patient), self._kind(patient)
        if is_cancelled:
            fields = {"kind": kind, "status": "CANCELLED", "cancel_reason": rng.choice(CANCEL_REASONS)}
            ledger.book(patient, doctor, self.today, start, slot, **fields)
            return
        if not (is_over or waits) and rng.random() < 0.2 and (asker := self._online(patient)):
            made = self.now - dt.timedelta(minutes=rng.randint(15, 1400))
            fields = {"kind": kind, "status": "PENDING", "notes": "Asked online", "made": made, "by": asker}
            ledger.book(patient, doctor, self.today, start, slot, **fields)
            return
        visit = ledger.book(patient, doctor, self.today, start, slot, kind=kind, notes=notes)
        if is_absent:
            ledger.miss(visit)
        elif is_over:
            ledger.complete(visit, self.case(patient))
        elif start == present:
            case = self.case(patient, may_be_acute=False)
            ledger.begin(visit, Case(case.complaints, lines=case.lines, responses=case.responses))
        elif waits:
            place = (start - present) // slot
            ledger.arrive(visit, minutes_ago=max(27 - 9 * place, 1) + rng.randint(0, 3))

    def _overbook(self, doctor: User, patient: Patient, start: int) -> Appointment:
        return self.ledger.book(
            patient, doctor, self.today, start, doctor.doctor.slot_minutes,
            kind=ACUTE, is_overbooked=True, overbook_reason="Cannot wait until tomorrow", notes="Called this morning",
        )  # fmt: skip

    # ── The days ahead ──────────────────────────────────────────────────────
    def fill_ahead(self) -> None:
        """Book the next two weeks, fuller at first."""
        for ahead in range(1, AHEAD + 1):
            day = self.today + dt.timedelta(days=ahead)
            for patient in self.rng.sample(self.people.others, 34 - 2 * ahead):
                doctor = self._doctor_for(patient, day)
                kind = self._kind(patient)
                minute = self._free_minute(doctor, patient, day, self._minutes(doctor, kind))
                if minute is not None:
                    self._book_ahead(patient, doctor, day, minute, kind)

    def _book_ahead(self, patient, doctor, day, minute, kind) -> None:
        slot, chance = self._minutes(doctor, kind), self.rng.random()
        fields = {"notes": self._reason(patient)}
        if chance < 0.15 and (asker := self._online(patient)):
            fields = {"status": "PENDING", "notes": "Asked online", "by": asker}
        elif chance < 0.2:
            fields = {"status": "CANCELLED", "cancel_reason": self.rng.choice(CANCEL_REASONS)}
        made = self.now - dt.timedelta(days=self.rng.randint(0, 20), minutes=self.rng.randint(10, 500))
        visit = self.ledger.book(patient, doctor, day, minute, slot, kind=kind, made=made, **fields)
        if 0.2 < chance < 0.24:
            self.ledger.move(visit, self.today + dt.timedelta(days=1), minute)
