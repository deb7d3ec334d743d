"""The booking form in a browser: what was typed stays where it is, whatever the server has to say."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling.models import Appointment
from tests.browser.test_desk import slow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]

REASON = "Headache, worse at 3 a.m."


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def form_at(page_for, receptionist, patient, doctor, tomorrow):
    """A function that opens the booking form of tomorrow, filled in for a time, with a mark that a new page lacks."""

    def open_form(clock="10:20", **options):
        page = page_for(receptionist, **options)
        address = reverse("scheduling:appointment_create")
        page.goto(f"{address}?patient={patient.pk}&doctor={doctor.pk}&date={tomorrow}&time={clock}")
        page.get_by_label("Reason").fill(REASON)
        page.evaluate("window.isSamePage = true")
        return page

    return open_form


@pytest.fixture
def meant(problems):
    """A function that takes refusals with these statuses out of what went wrong; there must be some."""

    def forget(*statuses):
        assert problems
        assert all(problem.startswith(statuses) for problem in problems), problems
        problems.clear()

    return forget


def take(doctor, day, clock="10:20"):
    """Let somebody else have the time."""
    return AppointmentFactory(doctor=doctor, appointment_date=day, appointment_time=dt.time.fromisoformat(clock))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_a_taken_time_is_told_on_the_page_as_it_stands(form_at, doctor, tomorrow, sees, meant, width, scheme):
    page = form_at(width=width, scheme=scheme)
    page.evaluate("document.querySelector('[name=notes]').dataset.mine = 'yes'")
    take(doctor, tomorrow)
    page.get_by_role("button", name="Book the visit").click()
    page.get_by_text("is taken").first.wait_for()

    assert page.evaluate("window.isSamePage")
    assert page.locator("[name=notes][data-mine]").input_value() == REASON
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    assert page.locator("[role=alert].clash").count() == 1
    assert page.get_by_role("button", name="Book the chosen time").is_visible()
    assert page.locator("form [name=slot]:checked").count() == 1
    assert not page.locator("#slots").get_by_text("10:20", exact=True).count()
    box = page.locator(".clash-say").bounding_box()
    assert box["y"] >= page.locator(".topbar").bounding_box()["height"] - 1
    sees(page, f"book-taken-{width}-{scheme}")

    page.keyboard.press("ArrowDown")
    chosen = page.locator(".offers :checked + b").inner_text()
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()
    visit = Appointment.objects.get(notes=REASON)
    assert f"{visit.appointment_time:%H:%M}" == chosen
    meant("409")


def test_taken_again_and_again_the_last_word_counts(form_at, doctor, tomorrow, meant):
    page = form_at()
    take(doctor, tomorrow)
    page.keyboard.press("Control+Enter")
    page.get_by_text("10:20 with").first.wait_for()
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    offered = page.locator(".offers :checked + b").inner_text()
    take(doctor, tomorrow, offered)
    page.keyboard.press("Control+Enter")
    page.get_by_text(f"{offered} with").first.wait_for()
    assert page.locator(".clash").count() == 1
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()

    assert Appointment.objects.get(notes=REASON).appointment_time not in {
        dt.time(10, 20),
        dt.time.fromisoformat(offered),
    }
    meant("409")


def test_a_colleague_who_is_booked_as_well_brings_the_day_of_the_colleague(form_at, doctor, tomorrow, meant):
    colleague = DoctorFactory().user
    page = form_at()
    take(doctor, tomorrow)
    page.keyboard.press("Control+Enter")
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    page.locator(".offer").filter(has_text=colleague.display_name).click()
    take(colleague, tomorrow)
    page.keyboard.press("Control+Enter")
    page.get_by_text(f"10:20 with {colleague.display_name}").first.wait_for()

    assert page.get_by_label("Doctor").input_value() == colleague.pk
    assert page.locator("[name=notes]").input_value() == REASON
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()
    meant("409")


def test_what_is_wrong_has_the_focus_and_its_words_go_with_it(form_at, doctor, tomorrow, sees, meant):
    page = form_at()
    page.get_by_label("Or type a time").fill("noon")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Enter a time such as 10:20.").wait_for()
    page.locator("#id_time.is-invalid:focus").wait_for()
    assert page.locator("[name=notes]").input_value() == REASON
    sees(page, "book-wrong")
    take(doctor, tomorrow)
    page.get_by_label("Or type a time").fill("10.20")
    page.keyboard.press("Control+Enter")
    page.get_by_text("is taken").first.wait_for()
    page.locator(".offers [name=slot]:checked:focus").wait_for()
    assert page.locator("#booking :is(.is-invalid, .invalid-feedback)").count() == 0
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()
    meant("409", "422")


def test_typed_text_is_not_left_behind_after_a_refusal(form_at, doctor, tomorrow, meant):
    page = form_at()
    take(doctor, tomorrow)
    page.keyboard.press("Control+Enter")
    page.get_by_text("is taken").first.wait_for()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Back", exact=True).click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]
    meant("409")


def test_a_booking_that_succeeds_asks_nothing(form_at):
    page = form_at()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="Book the visit").click()
    page.get_by_text("is booked with").wait_for()
    assert not asked


def test_on_a_slow_network_the_button_shows_that_it_is_busy(form_at):
    page = form_at()
    slow(page)
    page.get_by_role("button", name="Book the visit").dblclick()
    assert page.locator("#booking").get_attribute("aria-busy") == "true"
    page.get_by_text("is booked with").wait_for()
    assert Appointment.objects.count() == 1


def test_without_a_network_the_form_says_so_and_can_be_sent_again(form_at, problems):
    page = form_at()
    page.context.set_offline(True)
    page.get_by_role("button", name="Book the visit").click()
    page.locator(".toast-line").wait_for()
    assert page.locator("#booking").get_attribute("aria-busy") is None
    assert page.locator("[name=notes]").input_value() == REASON
    page.context.set_offline(False)
    page.get_by_role("button", name="Book the visit").click()
    page.get_by_text("is booked with").wait_for()
    assert Appointment.objects.count() == 1
    problems.clear()


@pytest.mark.parametrize("silence", [0, 120_000])
def test_somebody_signed_out_signs_in_over_the_form_and_books(form_at, sees, problems, silence):
    page = form_at()
    page.evaluate(f"signedInAt -= {silence}")
    Session.objects.all().delete()
    page.get_by_role("button", name="Book the visit").click()
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill("homeo-demo")
    page.keyboard.press("Enter")
    page.get_by_text("is booked with").wait_for()
    assert Appointment.objects.get().notes == REASON
    assert all(problem.startswith("401") or "401" in problem for problem in problems)
    problems.clear()


def test_visits_that_recur_are_led_on_to_with_what_was_chosen(form_at):
    page = form_at()
    page.get_by_role("button", name="Repeat this visit").click()
    page.wait_for_url("**/series/**")
    assert page.get_by_label("Time").first.input_value() == "10:20"


def test_control_enter_books_wherever_the_focus_is(form_at):
    page = form_at()
    page.get_by_role("button", name="Repeat this visit").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()
    assert Appointment.objects.count() == 1
