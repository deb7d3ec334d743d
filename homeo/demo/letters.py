"""Certificates and a referral of the demo."""

import datetime as dt

from accounts.audit import bulk
from homeo.demo.factories.clinical import LetterFactory
from homeo.demo.people import People, came


def add_letters(now: dt.datetime, people: People) -> None:
    """Save what Asha Rao's doctor has signed for her; one of it was withdrawn."""
    doctor = people.doctors[0]
    letters = [
        _letter(people, now - dt.timedelta(days=214), kind="VISIT"),
        _letter(people, now - dt.timedelta(days=96), kind="UNFIT", text="Rest in a dark room was advised."),
        _letter(
            people,
            now - dt.timedelta(days=95),
            referral=True,
            addressee="Dr Farida Contractor\nDepartment of Neurology\nSahyadri Hospital, Pune",
            text="Dear Dr Contractor,\n\nthank you for seeing Ms Rao, who has had migraine without aura for years. "
            "Last week an attack came with numbness of the left hand for an hour, which she has not had before. The "
            "examination today shows nothing. She is allergic to penicillin.\n\n"
            "I would be grateful for your opinion.\n\nYours sincerely,",
        ),
        _letter(people, now - dt.timedelta(days=40), kind="FIT"),
    ]
    letters[3].archived_at = letters[3].signed_at + dt.timedelta(minutes=4)
    bulk.create(letters, actor=doctor)


def _letter(people: People, when: dt.datetime, **values):
    doctor = people.doctors[0]
    return came(LetterFactory.build(patient=people.asha, doctor=doctor, signed_at=when, **values), when, doctor)
