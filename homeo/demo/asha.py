"""Asha Rao, the patient whose whole story the demo tells."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from homeo.demo.ledger import FIRST, FOLLOW_UP, Case, Ledger, clock
from homeo.demo.people import People
from homeo.demo.remedies import SAC_LAC

MOVED = 70
ASKED_ONLINE = (49, 98)
EMPTY_VISITS = {
    -56: {"status": "CANCELLED", "cancel_reason": "School excursion"},
    30: {},
}
"""Visits that were not held, so many days from today."""


def _remedy(name: str, potency: str, frequency="one dose, at bedtime", duration="1 day", notes="") -> dict:
    return {
        "medicine_name": name,
        "potency": potency,
        "dosage": "4 globules",
        "frequency": frequency,
        "duration": duration,
        "notes": notes,
    }


IGNATIA = _remedy("Ignatia amara", "200C")
NATRUM_30 = _remedy("Natrum muriaticum", "30C", "once a day, at bedtime", "3 days")
NATRUM_200 = _remedy("Natrum muriaticum", "200C", notes="Dry on the tongue; nothing to eat for 30 minutes.")
NATRUM_1M = _remedy("Natrum muriaticum", "1M", notes="Dry on the tongue; nothing to eat for 30 minutes.")
RHUS = _remedy("Rhus toxicodendron", "30C", "3 times a day", "3 days")
ADVICE = "Keep the remedies away from camphor and strong smells. No coffee on the day of the dose."
MIGRAINE = "Migraine without aura"
HEADACHE, MOOD, LIP = "Headache", "Low mood before the menses", "Cracked lower lip"
COMPLAINTS = (
    {
        "name": HEADACHE,
        "location": "over the eyes",
        "sensation": "hammering",
        "worse": "sun, reading, from ten in the morning",
        "better": "dark, sleep",
        "concomitants": "nausea",
        "onset": "summer of 2009",
        "cause": "grief",
        "intensity": 3,
        "own_words": "Three a week. As if little hammers were at work.",
    },
    {
        "name": MOOD,
        "worse": "consolation",
        "better": "being alone",
        "intensity": 2,
        "own_words": "I weep where nobody sees.",
    },
    {"name": LIP, "location": "in the middle", "concomitants": "cold sores", "intensity": 1},
)
CASE = {
    "mind": "Reserved, silent grief. Speaks of her father only when asked. Cannot be consoled.",
    "thermal": "HOT",
    "thirst": "Large, cold water",
    "cravings": "Salt, lime",
    "sleep": "On the left side, wakes at three",
    "dreams": "Robbers",
    "menses": "Late, scanty; low mood for a week before",
    "past_history": "Hay fever at college. Hypothyroidism since 2016.",
    "family_history": "Father died in 2009. Mother has diabetes.",
    "miasm": ["PSORA"],
    "conventional_medicines": "Levothyroxine 75 µg, mornings\nNaproxen 500 mg if needed",
}


@dataclass(frozen=True)
class Visit:
    """One visit, so many days ago; `doctor` is a place in the list of doctors."""

    ago: int
    time: str
    case: Case
    doctor: int = 0


VISITS = (
    Visit(
        252,
        "10:00",
        Case(
            "Hammering headache over the eyes, three a week, from the sun and from reading, with nausea; since the "
            "summer of 2009, the year her father died. Low mood before the menses, weeps alone, cannot be consoled. "
            "Cracked middle of the lower lip. Craves salt and lime, great thirst for cold water, dreams of robbers.",
            MIGRAINE,
            ADVICE,
            "Silent grief. Speaks of her father only when asked. Hot. Psora. Ignatia first, for the grief of spring.",
            (IGNATIA,),
            complaints_taken=COMPLAINTS,
            parts=CASE,
            chosen={"prescription_kind": "CONSTITUTIONAL"},
        ),
    ),
    Visit(
        210,
        "10:30",
        Case(
            "First two weeks better, then as before. Sighs less.",
            MIGRAINE,
            ADVICE,
            "+1. Repeat.",
            (IGNATIA,),
            responses=(
                (HEADACHE, 1, 10, "Two weeks better"),
                (MOOD, 1, 20, "Sighs less"),
            ),
            chosen={"decision": "REPEAT", "prescription_kind": "CONSTITUTIONAL"},
        ),
    ),
    Visit(
        168,
        "11:00",
        Case(
            "Mood lower again, no dreams. Headache three a week.",
            MIGRAINE,
            ADVICE,
            "−1. Case to be taken again.",
            (IGNATIA,),
            responses=(
                (HEADACHE, -1, 0, "Three a week"),
                (MOOD, -2, None, "Lower again"),
                (LIP, 0, None, ""),
            ),
            chosen={"decision": "REPEAT", "prescription_kind": "CONSTITUTIONAL", "cure_direction": "UNCLEAR"},
        ),
    ),
    Visit(
        126,
        "10:15",
        Case(
            "Headache from ten in the morning till three, blinding, from the sun. Wants to be left alone. Lip cracked.",
            MIGRAINE,
            ADVICE,
            "Repertorised: 9 rubrics, Natrum muriaticum 9 of 9, sum 43. Remedy changed from Ignatia.",
            (NATRUM_30,),
            responses=(
                (HEADACHE, 0, None, "Blinding, ten till three"),
                (MOOD, 1, 10, "Wants to be left alone"),
                (LIP, -1, None, "Cracked"),
            ),
            chosen={"decision": "CHANGE_REMEDY", "prescription_kind": "CONSTITUTIONAL"},
        ),
    ),
    Visit(
        98,
        "10:45",
        Case(
            "Sleeps through. Headache once a week, over by the evening.",
            MIGRAINE,
            ADVICE,
            "+2. Potency raised from 30C.",
            (NATRUM_200,),
            responses=(
                (HEADACHE, 2, 50, "Once a week, over by the evening"),
                (MOOD, 1, 30, "Sleeps through"),
                (LIP, 1, None, ""),
            ),
            chosen={"decision": "CHANGE_POTENCY", "prescription_kind": "CONSTITUTIONAL", "cure_direction": "OUTWARDS"},
        ),
    ),
    Visit(
        70,
        "10:15",
        Case(
            "Improving on its own: two headaches in four weeks.",
            MIGRAINE,
            ADVICE,
            "+1. Wait.",
            (SAC_LAC,),
            responses=(
                (HEADACHE, 2, 60, "Two in four weeks"),
                (MOOD, 1, 30, ""),
            ),
            chosen={"decision": "WAIT", "prescription_kind": "CONSTITUTIONAL"},
        ),
    ),
    Visit(
        49,
        "17:00",
        Case(
            "One headache, after a day at the fair. Cold sore at the middle of the lip, gone.",
            MIGRAINE,
            ADVICE,
            "Old symptom returned and left. Wait.",
            (SAC_LAC,),
            responses=(
                (HEADACHE, 2, 70, "One, after the fair"),
                (MOOD, 2, 40, ""),
                (LIP, 1, None, "A sore came and went"),
            ),
            chosen={"decision": "WAIT", "prescription_kind": "CONSTITUTIONAL", "cure_direction": "OLD_RETURNED"},
        ),
    ),
    Visit(
        35,
        "10:30",
        Case(
            "Improvement held for four weeks and stopped. Three headaches since.",
            MIGRAINE,
            ADVICE,
            "+2 until last week. Repeat.",
            (NATRUM_200, SAC_LAC),
            responses=(
                (HEADACHE, 1, 40, "Three since"),
                (MOOD, 2, 40, "Held for four weeks"),
            ),
            chosen={"decision": "REPEAT", "prescription_kind": "CONSTITUTIONAL"},
        ),
    ),
    Visit(
        21,
        "12:15",
        Case(
            "Comes about the blood test. Feels steady, one headache.",
            "Hypothyroidism, controlled",
            "TSH again in six months.",
            "TSH 3.9 mIU/L, free T4 in range.",
        ),
    ),
    Visit(
        10,
        "16:50",
        Case(
            "Sprained left ankle on the stairs this morning. Better from moving it.",
            "Sprained ankle",
            "Crêpe bandage, leg up. No running for two weeks.",
            "For Dr Sen. No fracture by the rules.",
            (RHUS,),
            chosen={"prescription_kind": "ACUTE"},
        ),
        doctor=1,
    ),
)

TODAY = Case(
    "Feels steady on the whole. Slept well before the exams at school.",
    notes="Sleeps on the right side again. One step up.",
    lines=(NATRUM_1M, SAC_LAC),
    responses=(
        (HEADACHE, 2, 60, "One this month, after school sports day, gone by the evening"),
        (MOOD, 1, 30, "Still withdrawn for two days, but slept"),
        (LIP, -1, None, "New sore since Sunday, left corner"),
    ),
    parts={
        "new_symptoms": "“My old hay fever came back for a week, like when I was at college. I did not take anything.”"
    },
    chosen={
        "decision": "CHANGE_POTENCY",
        "prescription_kind": "CONSTITUTIONAL",
        "cure_direction": "OLD_RETURNED",
    },
)


def fill(people: People, ledger: Ledger) -> None:
    """Add the story, before anybody else's visits take the times."""
    patient = people.asha
    for visit in VISITS:
        doctor = people.doctors[visit.doctor]
        day = _at_work(people, doctor, ledger.now.date() - dt.timedelta(days=visit.ago))
        fields = {"kind": FIRST if visit is VISITS[0] else FOLLOW_UP}
        if visit.ago in ASKED_ONLINE:
            fields["by"] = patient.user
        booked = ledger.book(patient, doctor, day, clock(visit.time), doctor.doctor.slot_minutes, **fields)
        if visit.ago == MOVED:
            ledger.move(booked, day - dt.timedelta(days=14), clock(visit.time))
        ledger.complete(booked, visit.case)
    doctor = people.doctors[0]
    for days, fields in EMPTY_VISITS.items():
        day = _at_work(people, doctor, ledger.now.date() + dt.timedelta(days=days))
        ledger.book(patient, doctor, day, clock("10:30"), doctor.doctor.slot_minutes, by=patient.user, **fields)


def _at_work(people: People, doctor: User, day: dt.date) -> dt.date:
    """Return the day, or the one before it when the doctor is off."""
    return day if people.hours_on(doctor, day) else day - dt.timedelta(days=1)


def settle(people: People, ledger: Ledger) -> None:
    """Pay her invoices but the last."""
    own = [invoice for invoice in ledger.invoices if invoice.patient is people.asha]
    for invoice in own[:-1]:
        ledger.pay(invoice)
