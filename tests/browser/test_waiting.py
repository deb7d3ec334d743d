"""The waiting list in a browser: a cancellation, the offer, and the answer on a phone."""

import datetime as dt
from urllib.parse import urlparse

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob

from homeo.demo.factories.scheduling import AppointmentFactory, WaitingEntryFactory
from scheduling import services
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def look(axe, shot):
    """A function that checks a page in both schemes, and that nothing scrolls sideways."""

    def check(page, name):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert axe(page) == [], (name, scheme)
            shot(page, f"waiting-{name}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name

    return check


def link_of(message):
    """Return the path of the link in a mail."""
    word = next(word for word in message.body.split() if "/offers/" in word)
    return urlparse(word).path


def test_a_cancelled_visit_is_offered_and_taken_on_a_phone(page_for, receptionist, doctor, look):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow)
    first, second = WaitingEntryFactory(urgency=3, notes="Works in shifts"), WaitingEntryFactory(weekdays=[])
    desk = page_for(receptionist)
    desk.goto(f"/scheduling/visits/{visit.pk}/cancel/")
    desk.get_by_label("Why is it cancelled?").fill("Has a cold")
    desk.get_by_role("button", name="Cancel the visit").click()
    section = desk.get_by_role("region", name="These people wait for such a time")
    expect(section.get_by_label(first.patient.name)).to_be_checked()
    expect(section.get_by_label(second.patient.name)).not_to_be_checked()
    look(desk, "cancelled")
    section.get_by_label(second.patient.name).check()
    section.get_by_role("button", name="Offer the slot").click()
    desk.get_by_text("The time is offered to 2 people.").wait_for()
    look(desk, "offered")

    for job in ProcrastinateJob.objects.filter(task_name=services.SEND_OFFER).order_by("id"):
        services.send_offer(**job.args)
    links = {message.to[0]: link_of(message) for message in mail.outbox}

    phone = page_for(width=360)
    phone.goto(links[first.patient.user.email])
    look(phone, "answer")
    phone.get_by_role("button", name="Accept").click()
    phone.get_by_role("heading", name="It is yours").wait_for()
    look(phone, "accepted")
    assert Appointment.objects.occupying().get().patient == first.patient

    other = page_for(width=360)
    other.goto(links[second.patient.user.email])
    other.get_by_role("heading", name="This time is not free any more").wait_for()
    assert first.patient.user.last_name not in other.content()
    look(other, "too-late")

    desk.reload()
    desk.get_by_text("Accepted").wait_for()


def test_a_patient_waits_for_an_earlier_time_on_a_phone(page_for, patient, doctor, look):
    page = page_for(patient.user, width=360)
    page.goto("/scheduling/visits/")
    page.get_by_role("link", name="Wait for an earlier time").click()
    page.get_by_label("Monday").check()
    page.get_by_label("Begins not before").fill("9.30")
    page.get_by_label("Begins not after").fill("13")
    look(page, "own-wish")
    page.get_by_role("button", name="Put me on the waiting list").click()
    page.get_by_text("Enter a time such as 10:20.").wait_for()
    expect(page.get_by_label("Monday")).to_be_checked()
    page.get_by_label("Begins not after").fill("13:00")
    page.get_by_role("button", name="Put me on the waiting list").click()
    page.get_by_text("You are on the waiting list.").wait_for()
    expect(page.get_by_text("Mon, 09:30–13:00")).to_be_visible()
    look(page, "own-visits")
    page.get_by_role("link", name="Take off").click()
    page.get_by_role("heading", name="Take off the waiting list?").wait_for()
    look(page, "own-remove")
    page.get_by_role("button", name="Take off the list").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is on the waiting list again").wait_for()
