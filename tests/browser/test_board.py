"""The board in a browser: visits are pulled about with mouse, finger and keys, and two desks see each other's work."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services
from scheduling.models import Appointment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]
WITHIN = 5000  # ms in which a colleague's change is to be seen


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def visit(doctor, tomorrow):
    patient = PatientFactory(user__first_name="Asha", user__last_name="Rao")
    return AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10), notes="By bus"
    )


@pytest.fixture
def other(doctor, tomorrow):
    patient = PatientFactory(user__first_name="Wen Li", user__last_name="Zhao")
    return AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(11), duration=20
    )


@pytest.fixture
def board(page_for, receptionist, tomorrow):
    """A function that opens the board of tomorrow, by default as the front desk."""

    def open_board(user=receptionist, view="day", **options):
        page = page_for(user, **options)
        page.goto(f"{reverse(view)}?day={tomorrow}")
        return page

    return open_board


def block(page, visit):
    return page.locator(f"#visit-{visit.pk}")


def free(page, lane, hour, minute=0):
    """Return the free slot of a lane: the id of the account of a doctor, or in a week the day."""
    return page.locator(f"#free-{lane}-{hour * 60 + minute}")


def pull(page, source, target, *, at=(20, 6), to=(20, 6), drop=True):
    """Pull one place of the board to another, in steps as a hand does."""
    source.scroll_into_view_if_needed()
    start, end = source.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + at[0], start["y"] + at[1])
    page.mouse.down()
    page.mouse.move(start["x"] + at[0] + 6, start["y"] + at[1] + 9, steps=3)
    page.mouse.move(end["x"] + to[0], end["y"] + to[1], steps=5)
    if drop:
        page.mouse.up()


def said(page, text):
    """Return the line in which the board says what has come of it."""
    return page.locator("#placed").get_by_text(text).first


def times():
    visits = Appointment.objects.occupying().order_by("appointment_date", "appointment_time")
    return [f"{visit.appointment_time:%H:%M}+{visit.duration}" for visit in visits]


def test_a_visit_is_pulled_to_another_time_and_the_undo_puts_it_back(board, visit, doctor, sees):
    page = board()
    pull(page, block(page, visit), free(page, doctor.pk, 11), drop=False)
    expect(page.locator(".ghost")).to_contain_text("11:00–11:20")
    page.mouse.up()
    said(page, "Asha Rao is moved from 10:00 to 11:00.").wait_for()
    moved = Appointment.objects.occupying().get()
    block(page, moved).wait_for()
    expect(block(page, visit)).to_have_count(0)
    expect(page.locator(".ghost")).to_have_count(0)
    assert page.url.endswith(f"day={visit.appointment_date}")
    sees(page, "board-moved")
    page.get_by_role("button", name="Undo").click()
    said(page, "Asha Rao is back at").wait_for()
    back = Appointment.objects.occupying().get()
    block(page, back).wait_for()

    assert times() == ["10:00+20"]


def test_a_visit_is_pulled_to_another_doctor(board, visit, tomorrow):
    other = DoctorFactory(user__first_name="Zoe").user
    page = board()
    pull(page, block(page, visit), free(page, other.pk, 10))
    said(page, f"Asha Rao is moved to {other.display_name}, 10:00.").wait_for()

    assert Appointment.objects.occupying().get().doctor == other


def test_a_taken_slot_says_who_has_it_and_the_next_free_one_is_one_press_away(board, visit, other, problems, sees):
    page = board()
    pull(page, block(page, visit), block(page, other), drop=False)
    expect(page.locator(".ghost.is-taken")).to_be_visible()
    page.mouse.up()
    said(page, "Wen Li Zhao has 11:00 to 11:20").wait_for()
    expect(page.locator(".ghost")).to_have_count(0)
    assert times() == ["10:00+20", "11:00+20"]
    sees(page, "board-taken")
    page.locator("#placed").get_by_role("button", name="11:20").click()
    said(page, "Asha Rao is moved from 10:00 to 11:20.").wait_for()

    assert times() == ["11:00+20", "11:20+20"]
    assert all(problem.startswith("409") for problem in problems)
    problems.clear()


def test_escape_and_a_press_without_a_pull_move_nothing(board, visit, doctor):
    page = board()
    pull(page, block(page, visit), free(page, doctor.pk, 11), drop=False)
    page.keyboard.press("Escape")
    expect(page.locator(".ghost")).to_have_count(0)
    page.mouse.up()
    expect(block(page, visit)).to_be_visible()
    block(page, visit).click()
    page.get_by_role("heading", name="Asha Rao").wait_for()

    assert times() == ["10:00+20"]


def test_the_lower_edge_makes_a_visit_longer(board, visit, doctor):
    page = board()
    height = block(page, visit).bounding_box()["height"]
    pull(page, block(page, visit), free(page, doctor.pk, 10, 40), at=(20, height - 3), to=(20, 1), drop=False)
    expect(page.locator(".ghost")).to_contain_text("10:00–10:40")
    page.mouse.up()
    said(page, "visit now takes 40 minutes, until 10:40.").wait_for()
    page.get_by_role("button", name="Undo").click()
    said(page, "Asha Rao is back at").wait_for()

    assert times() == ["10:00+20"]


def test_who_is_here_stays_in_place(board, doctor, page_for, receptionist):
    now = timezone.now()
    here = AppointmentFactory(
        doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(13), checked_in_at=now
    )
    page = page_for(receptionist)
    page.goto(reverse("home"))
    pull(page, block(page, here), free(page, doctor.pk, 14), drop=False)
    assert page.locator(".ghost").count() == 0


def test_keys_move_a_visit_and_make_it_longer(board, visit, doctor, sees):
    other = DoctorFactory(user__first_name="Zoe").user
    page = board()
    live = page.locator("#live")
    block(page, visit).focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("ArrowRight")
    live.get_by_text(f"Asha Rao: 10:20, {other.display_name}. Enter moves the visit there").wait_for()
    page.keyboard.press("Escape")
    live.get_by_text("The visit stays where it is.").wait_for()
    expect(page.locator(".ghost")).to_have_count(0)
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+Shift+ArrowDown")
    sees(page, "board-keys")
    page.keyboard.press("Enter")
    said(page, "Asha Rao is moved from 10:00 to 10:20").wait_for()
    moved = Appointment.objects.occupying().get()
    expect(block(page, moved)).to_be_focused()
    assert (moved.doctor, times()) == (other, ["10:20+25"])

    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").get_by_text("Make it shorter or longer").wait_for()


def test_two_desks_see_each_others_work(board, visit, doctor, patient, tomorrow):
    colleague = ReceptionistFactory()
    first, second = board(), board(colleague)
    free(second, doctor.pk, 11).focus()
    top = second.locator("#board").evaluate("board => { board.scrollTop = 60; return board.scrollTop; }")
    booked = services.book_appointment(
        actor=colleague,
        patient=patient,
        doctor=doctor,
        appointment_date=tomorrow,
        appointment_time=dt.time(12),
    )
    block(first, booked).wait_for(timeout=WITHIN)
    block(second, booked).wait_for(timeout=WITHIN)
    expect(free(second, doctor.pk, 11)).to_be_focused()
    assert second.locator("#board").evaluate("board => board.scrollTop") == top

    pull(first, block(first, visit), free(first, doctor.pk, 9, 20))
    said(first, "is moved from").wait_for()
    block(second, visit).wait_for(state="detached", timeout=WITHIN)
    assert times() == ["09:20+20", "12:00+20"]


def test_others_changes_wait_for_the_hand_and_a_stale_drop_is_refused(
    board, visit, doctor, receptionist, tomorrow, problems
):
    page = board()
    pull(page, block(page, visit), free(page, doctor.pk, 11), drop=False)
    services.reschedule_appointment(
        actor=receptionist,
        appointment=visit,
        doctor=doctor,
        appointment_date=tomorrow,
        appointment_time=dt.time(14),
    )
    page.wait_for_timeout(WITHIN)
    assert page.locator(".ghost").is_visible()
    page.mouse.up()
    said(page, "moved this visit meanwhile: it is now").wait_for()
    block(page, Appointment.objects.occupying().get()).wait_for(timeout=WITHIN)

    assert times() == ["14:00+20"]
    assert all(problem.startswith("409") for problem in problems)
    problems.clear()


def test_an_open_menu_is_left_alone(board, visit, doctor, receptionist):
    DoctorFactory()
    page = board()
    page.get_by_text("All doctors").click()
    page.get_by_role("link", name=doctor.display_name, exact=True).last.wait_for()
    services.cancel_appointment(actor=receptionist, appointment=visit, reason="Ill")
    page.wait_for_timeout(WITHIN)
    assert "Cancelled" not in block(page, visit).inner_text()
    page.keyboard.press("Escape")
    block(page, visit).get_by_text("Cancelled").wait_for(timeout=WITHIN)


def test_a_visit_is_pulled_to_another_day_of_the_week(board, visit, doctor, tomorrow, sees):
    page = board(view="week")
    monday = tomorrow - dt.timedelta(days=tomorrow.weekday())
    there = monday + dt.timedelta(days=6 if tomorrow.weekday() < 6 else 0)
    if there < tomorrow:  # the week of a Sunday lies behind
        page.goto(f"{reverse('week')}?day={tomorrow}")
        pytest.skip("there is no later day in this week")
    pull(page, block(page, visit), free(page, there, 10))
    said(page, "Asha Rao is moved from").wait_for()
    sees(page, "week")

    assert Appointment.objects.occupying().get().appointment_date == there


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["day", "week"])
def test_on_a_phone_the_board_is_a_list(board, visit, other, sees, view, scheme):
    page = board(view=view, width=360, scheme=scheme, has_touch=True)
    sees(page, f"{view}-{scheme}")
    expect(page.get_by_text("By bus").first).to_be_visible()
    block(page, visit).tap()
    page.get_by_role("heading", name="Asha Rao").wait_for()


def test_a_long_press_of_a_finger_takes_a_visit_up(board, visit, doctor):
    page = board(has_touch=True)
    session = page.context.new_cdp_session(page)

    def touch(kind, x=0, y=0):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    block(page, visit).scroll_into_view_if_needed()
    start, end = block(page, visit).bounding_box(), free(page, doctor.pk, 11).bounding_box()
    touch("touchStart", start["x"] + 20, start["y"] + 6)
    page.locator(".ghost").wait_for()
    for part in (0.3, 0.6, 1):
        touch("touchMove", start["x"] + 20, start["y"] + 6 + part * (end["y"] - start["y"]))
    touch("touchEnd")
    said(page, "Asha Rao is moved from 10:00 to 11:00.").wait_for()

    assert times() == ["11:00+20"]


def test_a_board_that_gets_no_answer_says_so(board, visit, problems):
    page = board()
    page.context.set_offline(True)
    page.get_by_text("The clinic’s computer does not answer").wait_for(timeout=2 * WITHIN)
    page.context.set_offline(False)
    page.locator("#stale").wait_for(state="hidden", timeout=2 * WITHIN)
    problems.clear()
