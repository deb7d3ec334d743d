"""The whole demo clinic."""

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditLog
from homeo.demo import asha
from homeo.demo.desk import fill_hours, fill_series, fill_waiting_list
from homeo.demo.diary import Diary
from homeo.demo.documents import add_documents
from homeo.demo.ledger import Ledger
from homeo.demo.letters import add_letters
from homeo.demo.people import People, Register
from homeo.demo.snippets import add_snippets
from homeo.demo.templates import add_templates

SEED = 1796  # the year of Hahnemann's first essay
AUDITED_DAYS = 14


@transaction.atomic
def fill_clinic(now: dt.datetime | None = None) -> People:
    """Save the staff, the patients and their visits around `now`, local time; the database must be empty."""
    now = now or timezone.localtime()
    rng = random.Random(SEED)  # noqa: S311 - the same clinic every time
    people = Register(rng, now).fill()
    ledger = Ledger(rng, now, people.desk)
    diary = Diary(rng, now, people, ledger)
    fill_hours(now, people, ledger)
    asha.fill(people, ledger)
    diary.fill_year()
    diary.fill_today()
    fill_series(rng, now, people, ledger)
    diary.fill_ahead()
    asha.settle(people, ledger)
    ledger.settle(besides=people.asha)
    _note_sign_ins(rng, now, people, ledger)
    ledger.save()
    fill_waiting_list(rng, now, people)
    add_documents(rng, now, people)
    add_snippets(people)
    add_templates(people)
    add_letters(now, people)
    return people


def _note_sign_ins(rng: random.Random, now: dt.datetime, people: People, ledger: Ledger) -> None:
    """Let the audit log tell who signed in, failed to, and opened whose record in the last two weeks."""
    action = AuditLog.Action
    staff = [*people.admins, *people.desk, *people.doctors]
    for back in range(AUDITED_DAYS + 1):
        morning = (now - dt.timedelta(days=back)).replace(hour=8, minute=50)
        for user in rng.sample(staff, 8):
            ledger.note(action.SIGN_IN, user, morning + dt.timedelta(minutes=rng.randint(0, 40)), user)
        if rng.random() < 0.3:
            typed = {"email": "pooja@banyanclinic.example"}
            ledger.note(action.SIGN_IN_FAILED, None, morning + dt.timedelta(minutes=rng.randint(0, 500)), changes=typed)
    for consultation in ledger.consultations:
        if now - consultation.scheduled_at < dt.timedelta(days=AUDITED_DAYS) and consultation.completed_at:
            page = {"page": "patients:patient_detail"}
            ledger.note(action.VIEW, consultation.doctor, consultation.completed_at, consultation.patient, changes=page)
