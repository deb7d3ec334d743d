"""A patient books, moves and cancels alone, on a phone: by taps, by keys, without JavaScript, in a race."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, HoursExceptionFactory, TimeOffFactory
from scheduling import services
from scheduling.models import Appointment, SchedulingRules
from scheduling.slots import parse_slot_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]

REQUEST = reverse("scheduling:appointment_request")


@pytest.fixture
def phone(page_for, patient):
    """The patient's phone."""
    return page_for(patient.user, width=360, has_touch=True)


def month_after(day):
    return (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)


def next_month():
    return month_after(timezone.localdate())


def shows(page, month):
    """Wait until the page shows a month, and its buttons are at work."""
    expect(page.locator("#free-title")).to_have_text(f"{month:%B %Y}")
    expect(page.locator(".htmx-settling")).to_have_count(0)


def take(slot, receptionist):
    """Let somebody else have the time of a button."""
    day, time, doctor = parse_slot_key(slot)
    services.book_appointment(
        actor=receptionist,
        patient=PatientFactory(user__last_name="Zyxwvut"),
        doctor=User.objects.select_related("doctor").get(pk=doctor),
        appointment_date=day,
        appointment_time=time,
    )


def test_a_visit_is_booked_with_taps_through_the_month(phone, patient, doctor, sees):
    phone.goto("/")
    phone.get_by_role("link", name="Book a visit").tap()
    phone.locator("#free-title").wait_for()
    sees(phone, "own-find")
    phone.get_by_role("button", name="Month after").tap()
    shows(phone, next_month())
    sees(phone, "own-month")
    day = phone.locator("[data-day]").nth(4)
    date = dt.date.fromisoformat(day.get_attribute("value"))
    expect(day).to_have_text(re.compile(rf"^\s*{date.day}"))
    day.tap()
    times = phone.get_by_role("group", name=f"{date:%A} {date.day} {date:%B}")
    expect(times).to_be_in_viewport()
    sees(phone, "own-day")
    phone.reload()
    times.get_by_role("button").nth(3).tap()
    phone.get_by_role("heading", name="Is this right?").wait_for()
    phone.get_by_label("What is it about?").fill("Sleeps badly\nsince Sunday")
    sees(phone, "own-review")
    phone.get_by_role("button", name="Choose another time").tap()
    phone.locator(".slot").nth(5).tap()
    expect(phone.get_by_label("What is it about?")).to_have_value("Sleeps badly\nsince Sunday")
    phone.get_by_role("button", name="Ask for this visit").tap()
    phone.get_by_text("You asked for a visit").wait_for()
    sees(phone, "own-visits")

    visit = Appointment.objects.get()
    assert (visit.patient, visit.appointment_date, visit.status) == (patient, date, "PENDING")
    assert visit.notes.splitlines() == ["Sleeps badly", "since Sunday"]


def test_a_visit_is_booked_by_keyboard_alone(page_for, patient, doctor):
    page = page_for(patient.user)
    page.goto(REQUEST)

    def press_until(key, selector):
        for _ in range(60):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            page.keyboard.press(key)
        pytest.fail(f"{selector} is out of reach")

    press_until("Tab", "#month-after")
    page.keyboard.press("Enter")
    shows(page, next_month())
    expect(page.locator("#month-after")).to_be_focused()
    press_until("Tab", "[data-day]")
    first = page.locator(":focus").get_attribute("value")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    chosen = dt.date.fromisoformat(first) + dt.timedelta(days=8)
    expect(page.locator(f"[data-day][value='{chosen}']")).to_be_focused()
    page.keyboard.press("PageDown")
    shows(page, month_after(next_month()))
    expect(page.locator("#month-after")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    shows(page, next_month())
    press_until("Tab", f"[data-day][value='{chosen}']")
    page.keyboard.press("Enter")
    expect(page.locator(".slot").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is this right?").wait_for()
    page.wait_for_load_state()
    press_until("Tab", "textarea")
    page.keyboard.type("Headaches")
    page.keyboard.press("Control+Enter")
    page.get_by_text("You asked for a visit").wait_for()

    assert Appointment.objects.get().appointment_date == chosen


def test_without_javascript_a_visit_is_booked_moved_cancelled_and_on_again(page_for, patient, doctor):
    other = DoctorFactory(hours=(dt.time(18), dt.time(20))).user
    page = page_for(patient.user, width=360, java_script_enabled=False)
    page.goto(REQUEST)
    page.get_by_label("Doctor").select_option(other.pk)
    page.get_by_role("button", name="Show the free days").click()
    page.get_by_role("button", name="Month after").click()
    page.locator("[data-day]").nth(2).click()
    page.locator(".slot").first.click()
    page.get_by_label("What is it about?").fill("Sleeps badly")
    page.get_by_role("button", name="Choose another time").click()
    page.locator(".slot").nth(1).click()
    expect(page.get_by_label("What is it about?")).to_have_value("Sleeps badly")
    page.get_by_role("button", name="Ask for this visit").click()
    page.get_by_text("You asked for a visit").wait_for()
    booked = Appointment.objects.get()
    assert (booked.doctor, booked.notes, booked.appointment_date.month) == (other, "Sleeps badly", next_month().month)

    page.get_by_role("link", name="Move").first.click()
    page.get_by_role("button", name="Month after").click()
    page.locator("[data-day]").first.click()
    page.locator(".slot").first.click()
    page.get_by_role("button", name="Move the visit").click()
    page.get_by_text("is moved from").wait_for()
    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_label("Why can you not come?").fill("Away")
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is on again").wait_for()

    assert set(Appointment.objects.values_list("status", flat=True)) == {"RESCHEDULED", "PENDING"}


def test_a_visit_is_moved_then_cancelled_and_that_is_undone(phone, patient, doctor, sees):
    day = timezone.localdate() + dt.timedelta(days=3)
    AppointmentFactory(patient=patient, doctor=doctor, appointment_date=day)
    phone.goto("/")
    expect(phone.get_by_text("You can move or cancel it here until")).to_be_visible()
    phone.get_by_role("link", name="Move").tap()
    phone.get_by_role("heading", name="Move a visit").wait_for()
    sees(phone, "own-move")
    phone.locator("[data-day]").last.tap()
    phone.locator(".slot").last.tap()
    phone.get_by_role("heading", name="Is this right?").wait_for()
    sees(phone, "own-move-review")
    phone.get_by_role("button", name="Move the visit").tap()
    phone.get_by_text("is moved from").wait_for()
    sees(phone, "own-moved")
    phone.get_by_role("link", name="Cancel the visit").tap()
    phone.get_by_label("Why can you not come?").fill("Away")
    sees(phone, "own-cancel")
    phone.get_by_role("button", name="Cancel the visit").tap()
    phone.get_by_role("button", name="Undo").wait_for()
    sees(phone, "own-cancelled")
    phone.get_by_role("button", name="Undo").tap()
    phone.get_by_text("is on again").wait_for()

    assert set(Appointment.objects.values_list("status", flat=True)) == {"RESCHEDULED", "PENDING"}


def test_a_visit_that_is_too_near_is_changed_by_phone(phone, patient, doctor, sees):
    AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(15)
    )
    for path in ("/", reverse("scheduling:appointment_list")):
        phone.goto(path)
        assert phone.locator("#main").get_by_role("link", name="Move").count() == 0
        expect(phone.get_by_text("It is too late to move or cancel it here.")).to_be_visible()
        expect(phone.locator("#main a[href^='tel:']").first).to_be_visible()
        sees(phone, "own-late")
    phone.goto(REQUEST)
    phone.locator("[data-day]").first.tap()
    phone.locator(".slot").first.tap()
    phone.get_by_text("you cannot move or cancel it here").wait_for()
    sees(phone, "own-review-late")


def test_a_time_that_went_to_somebody_else_is_told_without_a_name(phone, patient, doctor, receptionist, sees):
    phone.goto(REQUEST)
    slot = phone.locator(".slot").first
    key = slot.get_attribute("value")
    slot.tap()
    phone.get_by_label("What is it about?").fill("Sleeps badly")
    take(key, receptionist)
    phone.get_by_role("button", name="Ask for this visit").tap()
    phone.get_by_text("is not free any more").first.wait_for()
    sees(phone, "own-taken")
    assert "Zyxwvut" not in phone.content()
    phone.locator(".offer").nth(1).tap()
    phone.get_by_role("heading", name="Is this right?").wait_for()
    expect(phone.get_by_label("What is it about?")).to_have_value("Sleeps badly")
    phone.get_by_role("button", name="Ask for this visit").tap()
    phone.get_by_text("You asked for a visit").wait_for()

    assert Appointment.objects.get(patient=patient).notes == "Sleeps badly"


def test_the_limit_is_told_before_anything_is_chosen(phone, patient, doctor, sees):
    for n in range(SchedulingRules.objects.current().max_open_bookings):
        day = timezone.localdate() + dt.timedelta(days=n + 2)
        AppointmentFactory(patient=patient, doctor=doctor, appointment_date=day)
    phone.goto(REQUEST)
    expect(phone.get_by_text("as many as can be booked here")).to_be_visible()
    assert phone.locator(".slot").count() == 0
    sees(phone, "own-limit")
    phone.get_by_role("link", name="Go on the waiting list").tap()
    phone.get_by_role("heading", name="Wait for an earlier time").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_months_with_little_or_nothing_free(page_for, sees, width, scheme):
    person = PatientFactory(user__first_name="李", user__last_name="<b>Venkatanarasimharajuvaripeta</b>")
    doctor = DoctorFactory(user__first_name="Maximiliane", user__last_name="<b>von Müller-Østergård zu Hohenlohe").user
    page = page_for(person.user, width=width, scheme=scheme)
    today, much = timezone.localdate(), dt.timedelta(days=365)
    for n, hours in ((3, 1), (9, 3)):
        day = today + dt.timedelta(days=n)
        HoursExceptionFactory(doctor=doctor.doctor, date=day, start_time=dt.time(10), end_time=dt.time(10 + hours))
    for row in doctor.doctor.availability.all():
        row.is_available = False
        row.save()
    page.goto(REQUEST)
    assert page.locator("[data-day]").count() in {1, 2}
    sees(page, f"own-few-{scheme}")
    page.locator(".slot").first.click()
    page.get_by_role("heading", name="Is this right?").wait_for()
    sees(page, f"own-long-names-{scheme}")
    page.goto(f"{REQUEST}?look={today + dt.timedelta(days=70):%Y-%m}")
    page.get_by_text("as far ahead as one can book here").wait_for()
    sees(page, f"own-empty-month-{scheme}")
    TimeOffFactory(doctor=doctor.doctor, start_date=today, end_date=today + much)
    page.goto(REQUEST)
    page.get_by_text("Nothing is free until").wait_for()
    sees(page, f"own-nothing-{scheme}")
