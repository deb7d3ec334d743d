"""The waiting room in browsers: at the desk, in the doctor's room, and on a screen on the wall that nobody touches."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from scheduling import services
from scheduling.models import Appointment, SchedulingRules

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]

QUEUE, SCREEN, LINK = map(reverse, ("scheduling:queue", "scheduling:queue_screen", "scheduling:queue_screen_link"))
LATER = "00:00:30"  # when the page has noticed that nobody answers


@pytest.fixture
def visits(doctor):
    """Two visits of this morning."""
    return [
        AppointmentFactory(
            doctor=doctor,
            patient=PatientFactory(user__first_name=name, user__last_name="Quillon"),
            appointment_date=timezone.localdate(),
            appointment_time=dt.time(10, minute),
        )
        for name, minute in (("Asha", 20), ("Ravi", 40))
    ]


@pytest.fixture
def wall(page_for):
    """A screen that has opened the link, without a sign-in."""

    def hang(**options):
        page = page_for(**options)
        page.goto(f"{SCREEN}?key={SchedulingRules.objects.current().screen_key}")
        return page

    return hang


def refuse(page):
    """Let the page reach the server no more."""
    page.route("**/*", lambda route: route.abort())


def test_from_the_door_to_the_doctor(page_for, wall, sees, axe, visits, doctor, receptionist):
    screen, room, desk = wall(width=1280), page_for(doctor), page_for(receptionist)
    screen.get_by_text("Please check in at the front desk").wait_for()
    assert screen.url.endswith(SCREEN)
    assert screen.context.cookies()[0]["name"] == "queue_screen"
    room.goto("/")
    room.get_by_text("Nobody is waiting").wait_for()

    check_in_both(desk, sees)
    hear_of_it(room, screen, sees)
    call(room, screen, doctor, sees)
    call_again(desk, screen, visits[0])
    see(room, screen, desk, sees)
    for scheme in ("dark", "light"):
        screen.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert axe(screen) == []


def check_in_both(desk, sees):
    desk.goto(QUEUE)
    desk.get_by_role("button", name="Check in Asha Quillon").click()
    desk.get_by_text("Asha Quillon is here, token 1,").wait_for()
    sees(desk, "queue-arrived")
    desk.get_by_role("button", name="Check in Ravi Quillon").click()
    desk.get_by_text("Ravi Quillon is here, token 2,").wait_for()


def hear_of_it(room, screen, sees):
    """Nobody touches them."""
    room.locator("li", has_text="Ravi Quillon").get_by_text("Token 2").wait_for(state="attached")
    screen.locator(".who-next b", has_text="2").wait_for()
    expect(screen.get_by_text("Nobody is called just now")).to_be_visible()
    expect(screen.locator(".who-next")).to_have_text("next 1 2", use_inner_text=True)
    sees(room, "queue-doctor-waiting")
    sees(screen, "queue-screen-waiting")


def call(room, screen, doctor, sees):
    room.keyboard.press("?")
    keys = room.get_by_role("dialog")
    expect(keys.get_by_text("Call Asha Quillon")).to_be_visible()
    room.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    room.keyboard.press("c")
    # It stands out for some seconds only.
    shown = screen.locator(".call.is-new")
    expect(shown).to_have_text(f"Token 1 {doctor.display_name}", use_inner_text=True)
    sees(screen, "queue-screen-called")
    room.get_by_text("Token 1, Asha Quillon, is called").wait_for()
    sees(room, "queue-doctor-called")
    assert "Quillon" not in screen.content()


def call_again(desk, screen, visit):
    """The desk saw the call, and repeats it."""
    again = desk.get_by_role("button", name="Again Asha Quillon")
    again.wait_for()
    first = Appointment.objects.get(pk=visit.pk).called_at
    screen.evaluate("document.querySelector('.call').classList.remove('is-new')")
    again.click()
    desk.get_by_text("Token 1, Asha Quillon, is called").wait_for()
    screen.locator(".call.is-new").wait_for()
    assert Appointment.objects.get(pk=visit.pk).called_at > first


def see(room, screen, desk, sees):
    room.keyboard.press("s")
    room.get_by_text("is with you").wait_for()
    screen.get_by_text("Nobody is called just now").wait_for()
    expect(screen.locator(".who-in b")).to_have_text("1")
    desk.get_by_text("with the doctor").wait_for()
    sees(desk, "queue-inside")
    room.get_by_label("Complaints").fill("Cough")
    room.get_by_role("button", name="Sign and complete").click()
    room.get_by_text("is signed and complete").wait_for()
    screen.locator(".who-in b").wait_for(state="detached")


def test_a_wrong_click_is_taken_back_where_it_was_made(page_for, visits, receptionist, sees):
    desk = page_for(receptionist)
    desk.goto("/")
    desk.get_by_role("button", name="Check in Asha Quillon").click()
    desk.get_by_text("is here, token 1").wait_for()
    sees(desk, "queue-panel")
    desk.get_by_role("button", name="Undo the check-in of Asha Quillon").click()
    desk.get_by_text("Taken back").wait_for()
    desk.get_by_role("button", name="Check in Asha Quillon").wait_for()
    visit = Appointment.objects.get(pk=visits[0].pk)
    assert (visit.state, visit.token_number) == ("confirmed", 1)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1080, 1920), (820, 1180)])
def test_the_screen_holds_much_and_never_scrolls(page_for, wall, shot, width, height, visits, doctor, receptionist):
    for n in range(8):
        visits.append(
            AppointmentFactory(
                doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(11 + n // 3, n % 3 * 20)
            )
        )
    for visit in visits:
        services.check_in_appointment(actor=receptionist, appointment=visit)
    for visit in visits[:5]:
        services.call_appointment(actor=receptionist, appointment=visit)
    screen = wall(width=width)
    screen.set_viewport_size({"width": width, "height": height})
    shot(screen, f"queue-screen-{height}")
    fits = """selector => [...document.querySelectorAll(selector)].every(one => {
        const [box, page] = [one.getBoundingClientRect(), document.documentElement];
        return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
            && page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth;
    })"""
    assert screen.evaluate(fits, ".call, .call b, .call-where, .who b, .who h3, .screen-clock")
    sizes = (
        "[...document.querySelectorAll('b, h3, .call-where')].map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(screen.evaluate(sizes)) >= min(width, height) * 0.03


def test_a_screen_that_cannot_reach_the_clinic_says_since_when(wall, problems, sees):
    screen = wall()
    screen.clock.install()
    before = timezone.localtime()
    screen.reload()
    clock = screen.locator("[data-clock]").inner_text()
    assert clock in {f"{moment:%H:%M}" for moment in (before, timezone.localtime())}
    refuse(screen)
    screen.clock.run_for(LATER)
    screen.get_by_text("Reconnecting · last update").wait_for()
    sees(screen, "queue-screen-stale")
    screen.unroute("**/*")
    screen.clock.run_for("00:00:10")
    screen.get_by_text("Reconnecting").wait_for(state="hidden")
    problems.clear()


def test_the_list_says_that_the_clinic_does_not_answer_and_recovers(page_for, doctor, visits, problems, sees):
    room = page_for(doctor)
    room.clock.install()
    before = timezone.localtime()
    room.goto("/")
    after = timezone.localtime()
    room.get_by_role("link", name="Ravi Quillon").focus()
    held = []

    def hold(route):
        held.append(route)

    # Too slow, then broken.
    room.route("**/", hold)
    room.clock.run_for(LATER)
    room.get_by_text("does not answer").wait_for()
    expect(room.locator("[data-stale]")).to_contain_text(re.compile(f"is from ({before:%H}|{after:%H}):"))
    sees(room, "queue-doctor-stale")
    for route in held:
        route.abort()
    room.unroute("**/")
    room.route("**/", lambda route: route.fulfill(status=500))
    for _ in range(2):  # the page has read an answer by the time that it asks again
        with room.expect_response(lambda response: response.status == 500):
            room.clock.run_for("00:00:10")
    expect(room.get_by_text("does not answer")).to_be_visible()
    assert room.locator(".toast-line").count() == 0
    room.unroute("**/")
    services.check_in_appointment(actor=doctor, appointment=visits[1])
    room.clock.run_for("00:00:10")
    room.get_by_role("button", name="Call Ravi Quillon").wait_for()
    expect(room.get_by_text("does not answer")).to_be_hidden()
    expect(room.locator(":focus")).to_have_text("Ravi Quillon")
    assert all(problem.startswith("500") for problem in problems)
    problems.clear()


def test_nothing_changes_under_an_open_menu(page_for, receptionist, visits):
    desk = page_for(receptionist)
    services.check_in_appointment(actor=receptionist, appointment=visits[0])
    desk.goto(QUEUE)
    desk.locator("summary", has_text="More for Asha Quillon").click()
    with desk.expect_response(lambda response: response.url.endswith(QUEUE) and response.status == 200):
        services.check_in_appointment(actor=receptionist, appointment=visits[1])
    with desk.expect_request(lambda request: request.url.endswith(QUEUE)):
        pass  # the page has read the answer by the time that it asks again
    expect(desk.get_by_role("button", name="Call out of turn")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.get_by_text("More for Ravi Quillon").wait_for(state="attached")


def test_a_renewed_link_darkens_the_screens(page_for, wall, admin, problems, sees):
    screen, office = wall(), page_for(admin)
    office.goto(LINK)
    sees(office, "queue-link")
    office.get_by_role("button", name="Renew the link").click()
    office.get_by_role("dialog").get_by_role("button", name="Renew").click()
    office.get_by_text("The link is renewed").wait_for()
    screen.locator("[data-live]").wait_for(state="detached")
    problems.clear()
    screen.goto(office.get_by_label("Link", exact=True).input_value())
    screen.get_by_text("Please check in").wait_for()


def test_the_slip_with_the_token(page_for, receptionist, visits, sees):
    services.check_in_appointment(actor=receptionist, appointment=visits[0])
    desk = page_for(receptionist)
    desk.goto(reverse("scheduling:appointment_token", args=[visits[0].pk]))
    sees(desk, "queue-slip")
    desk.evaluate("window.print = () => { window.printed = true }")
    desk.keyboard.press("p")
    desk.wait_for_function("window.printed")
    desk.emulate_media(media="print")
    expect(desk.get_by_role("heading")).to_have_count(0)
    expect(desk.get_by_label("The slip")).to_be_visible()
