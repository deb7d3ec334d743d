"""The board as it is read: the week, the choice of doctors, what makes it look again, and how many queries it takes."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.dashboards.board import read_board, read_version
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, SlotOfferFactory, TimeOffFactory
from scheduling import services
from scheduling.models import Appointment
from tests.dashboards.test_pages import day_of_visits

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday():
    """The Monday after the present week."""
    today = timezone.localdate()
    return today + dt.timedelta(days=7 - today.weekday())


@pytest.fixture
def visit(doctor, monday):
    return AppointmentFactory(doctor=doctor, appointment_date=monday, appointment_time=dt.time(10), notes="Brings <b>")


@pytest.fixture
def move(receptionist, doctor, monday):
    def move(visit, *, days=0, hour=11):
        return services.reschedule_appointment(
            actor=receptionist,
            appointment=visit,
            doctor=doctor,
            appointment_date=monday + dt.timedelta(days=days),
            appointment_time=dt.time(hour),
        )

    return move


@pytest.fixture
def version(receptionist, doctor, monday):
    """A function that returns the version of the board of a day of the doctor, and of all that it shows."""

    def ask(**changed):
        asked = {"now": timezone.localtime(), "doctors": [doctor.doctor]} | changed
        found = read_version(receptionist, monday, **asked)
        assert found == read_board(receptionist, monday, **asked).version
        return found

    return ask


def page(client, name, **query):
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_week_shows_seven_days_of_one_doctor_from_monday(client_of, receptionist, doctor, visit, monday):
    other = AppointmentFactory(doctor=DoctorFactory().user, appointment_date=monday)
    content = page(client_of(receptionist), "week", day=monday + dt.timedelta(days=3), doctor=doctor.pk)
    lanes = [f'id="lane-{monday + dt.timedelta(days=n)}"' for n in range(7)]
    assert [content.index(lane) for lane in lanes] == sorted(content.index(lane) for lane in lanes)
    assert visit.patient.name in content
    assert other.patient.name not in content
    assert f"?day={monday - dt.timedelta(days=4)}&amp;doctor={doctor.pk}" in content
    assert 'id="queue"' not in content


def test_a_week_without_a_choice_is_that_of_the_first_doctor_at_work(client_of, receptionist, admin, doctor):
    closed = DoctorFactory(user__first_name="Aaa", user__status="INACTIVE").user
    for person in (receptionist, admin):
        content = page(client_of(person), "week")
        assert f'data-doctor="{doctor.pk}"' in content
        assert closed.pk not in content


def test_a_doctor_sees_only_the_own_week(client_of, doctor):
    other = DoctorFactory(user__first_name="Aaa").user
    client = client_of(doctor)
    assert f'data-doctor="{doctor.pk}"' in page(client, "week")
    assert client.get(reverse("week"), {"doctor": other.pk}).status_code == 404
    assert other.display_name not in page(client, "day_doctors")


def test_a_week_has_one_doctor(client_of, receptionist, doctor):
    other = DoctorFactory().user
    assert client_of(receptionist).get(f"{reverse('week')}?doctor={doctor.pk}&doctor={other.pk}").status_code == 404
    assert client_of(receptionist).get(f"{reverse('week')}?doctor=nobody").status_code == 404


def test_a_clinic_without_doctors_has_no_week(client_of, receptionist):
    assert client_of(receptionist).get(reverse("week")).status_code == 404


def test_the_menu_asks_for_the_doctors_when_it_is_opened(client_of, receptionist, doctor, monday):
    other = DoctorFactory().user
    client = client_of(receptionist)
    board = page(client, "day", day=monday, doctor=doctor.pk)
    assert other.display_name not in board
    assert f'hx-get="{reverse("day_doctors")}?day={monday}&amp;doctor={doctor.pk}"' in board
    assert f"{reverse('day')}?day={monday}&amp;doctor={other.pk}" in page(client, "day_doctors", day=monday)
    assert f"{reverse('week')}?day={monday}&amp;doctor={other.pk}" in page(
        client, "day_doctors", day=monday, view="week"
    )
    part = client.get(reverse("day_doctors"), {"day": monday}, headers={"HX-Request": "true"}).content.decode()
    assert other.display_name in part
    assert "<html" not in part


def test_the_note_stands_on_the_block(client_of, receptionist, visit, monday):
    content = page(client_of(receptionist), "day", day=monday)
    assert "Note: </span>Brings &lt;b&gt;" in content
    visit.notes = "long " * 100
    visit.save()
    assert "long …" in page(client_of(receptionist), "day", day=monday)


def test_only_what_may_be_moved_says_how(client_of, receptionist, admin, doctor, visit, monday):
    block = f'data-move="600 {visit.duration} {visit.version}"'
    assert block in page(client_of(receptionist), "day", day=monday)
    assert block in page(client_of(doctor), "day", day=monday)
    content = page(client_of(admin), "day", day=monday)
    assert "data-move" not in content
    assert "js/board" not in content
    visit.status = Appointment.Status.COMPLETED
    visit.save()
    assert "data-move" not in page(client_of(receptionist), "day", day=monday)


def test_a_visit_that_was_pulled_about_leaves_no_ghosts(receptionist, doctor, visit, move, monday):
    def shown(day):
        board = read_board(receptionist, day, now=timezone.localtime(), doctors=[doctor.doctor])
        visits = [block.visit.pk for lane in board.lanes for block in lane.blocks if block.kind == "visit"]
        return visits, [(each.pk, each.status) for each in board.visits]

    second = move(visit, hour=11)
    third = move(second, hour=12)
    assert shown(monday) == ([third.pk], [(third.pk, "CONFIRMED")])
    away = move(third, days=1)
    assert shown(monday) == ([], [(third.pk, "RESCHEDULED")])
    back = move(away, hour=10)
    assert shown(monday) == ([back.pk], [(back.pk, "CONFIRMED")])
    assert shown(monday + dt.timedelta(days=1)) == ([], [(away.pk, "RESCHEDULED")])


def test_held_slots_and_buffers_are_not_free(receptionist, doctor, visit, monday):
    SlotOfferFactory(doctor=doctor, appointment_date=monday, appointment_time=dt.time(15), duration=20)
    visit.buffer_after = 20
    visit.save()
    board = read_board(receptionist, monday, now=timezone.localtime(), doctors=[doctor.doctor])
    free = {block.start for block in board.lanes[0].blocks if block.kind == "free"}
    assert {9 * 60, 14 * 60 + 40, 15 * 60 + 20} <= free
    assert not {10 * 60, 10 * 60 + 20, 15 * 60} & free


def test_the_version_stays_until_something_changes(version, doctor, visit, move, monday):
    seen = [version()]
    assert version() == seen[0]
    AppointmentFactory(appointment_date=monday)
    AppointmentFactory(doctor=doctor, appointment_date=monday + dt.timedelta(days=1))
    assert version() == seen[0]

    move(visit)
    seen.append(version())
    offer = SlotOfferFactory(doctor=doctor, appointment_date=monday, appointment_time=dt.time(15), duration=20)
    seen.append(version())
    assert version(now=timezone.localtime(offer.expires_at)) == seen[-2]
    TimeOffFactory(doctor=doctor.doctor, start_date=monday, end_date=monday)
    seen.append(version())
    assert len(set(seen)) == len(seen)


def test_the_version_of_today_changes_with_the_clock_and_with_visits_to_confirm(receptionist, doctor):
    now = timezone.localtime().replace(hour=12, minute=0)

    def ask(minute=0):
        asked = {"now": now.replace(minute=minute), "doctors": [doctor.doctor]}
        found = read_version(receptionist, now.date(), **asked)
        assert found == read_board(receptionist, now.date(), **asked).version
        return found

    first = ask()
    assert ask() == first != ask(minute=1)
    AppointmentFactory(doctor=doctor, status="PENDING", appointment_date=now.date() + dt.timedelta(days=9))
    assert ask() != first


@pytest.mark.parametrize("name", ["day", "week"])
def test_an_unchanged_board_is_answered_with_304(client_of, receptionist, doctor, visit, move, monday, name):
    client, query = client_of(receptionist), {"day": monday, "doctor": doctor.pk}

    def poll(shown):
        return client.get(reverse(name), query, headers={"HX-Request": "true", "If-None-Match": f'"{shown}"'})

    content = page(client, name, **query)
    shown = content.split('data-version="')[1].split('"')[0]
    assert poll(shown).status_code == 304
    moved = move(visit)
    response = poll(shown)
    assert response.status_code == 200
    assert f"visit-{moved.pk}" in response.content.decode()
    assert visit.pk not in response.content.decode().split("hx-swap-oob")[0]


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("name", "queries"), [("day", 6), ("week", 6)])
def test_the_board_takes_a_constant_number_of_queries(
    client_of, receptionist, doctor, count, name, queries, django_assert_num_queries
):
    day_of_visits(doctor, count)
    for _number in range(count // 10):
        DoctorFactory()
    client = client_of(receptionist)
    with django_assert_num_queries(queries):
        content = page(client, name, doctor=doctor.pk)
    shown = content.split('data-version="')[1].split('"')[0]
    with django_assert_num_queries(5):
        client.get(reverse(name), {"doctor": doctor.pk}, headers={"HX-Request": "true", "If-None-Match": f'"{shown}"'})


def test_the_desk_sees_nobodys_patients_through_a_closed_account(receptionist, doctor, visit, monday):
    receptionist.status = "SUSPENDED"
    receptionist.save()
    receptionist.refresh_from_db()
    board = read_board(receptionist, monday, now=timezone.localtime(), doctors=[doctor.doctor])
    assert board.visits == []
    assert read_board(PatientFactory().user, monday, now=timezone.localtime(), doctors=[doctor.doctor]).visits == []
