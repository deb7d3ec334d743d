"""The waiting room: tokens, whose turn it is, calling in, and the queue's page."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinical import services as clinical
from clinical.models import Consultation
from homeo.base.errors import DomainError
from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services
from scheduling.queue import in_turn, queues_of
from tests.security.browsers import at_once

pytestmark = pytest.mark.django_db

QUEUE = reverse("scheduling:queue")
PART = {"HX-Request": "true"}


def url_of(name, visit):
    return reverse(f"scheduling:appointment_{name}", args=[visit.pk])


def at(text):
    """Return today's moment at a clock time of the clinic."""
    return timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time.fromisoformat(text)))


# ── tokens ─────────────────────────────────────────────────────────────────


def test_tokens_count_the_arrivals_of_the_clinics_day(arrived):
    AppointmentFactory(
        appointment_date=timezone.localdate() - dt.timedelta(days=1), checked_in_at=timezone.now(), token_number=41
    )
    visits = [arrived("00:00"), arrived("00:20"), arrived("00:00", doctor=DoctorFactory().user)]
    assert [visit.token_number for visit in visits] == [1, 2, 3]


def test_who_is_checked_in_once_more_keeps_the_token(arrived, receptionist):
    visit, other = arrived(), arrived("00:20")
    services.undo_check_in_appointment(actor=receptionist, appointment=visit)
    third = arrived("00:40")
    visit = services.check_in_appointment(actor=receptionist, appointment=visit)
    assert [visit.token_number, other.token_number, third.token_number] == [1, 2, 3]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_check_ins_at_the_same_moment_get_a_token_each():
    desk, doctors = ReceptionistFactory(), [DoctorFactory().user for _ in range(3)]
    visits = [
        AppointmentFactory(
            doctor=doctors[n % 3], appointment_date=timezone.localdate(), appointment_time=dt.time(n // 3)
        )
        for n in range(12)
    ]
    results = at_once([lambda v=v: services.check_in_appointment(actor=desk, appointment=v) for v in visits])
    assert sorted(visit.token_number for visit in results) == list(range(1, 13))


# ── taking a check-in back ─────────────────────────────────────────────────


def test_an_undone_check_in_leaves_a_request_a_request(arrived, receptionist):
    visit = arrived(status="PENDING")
    assert visit.status == "CONFIRMED"
    visit = services.undo_check_in_appointment(actor=receptionist, appointment=visit)
    assert (visit.state, visit.checked_in_at) == ("pending", None)
    assert Consultation.objects.get().status == "CANCELLED"
    visit = services.check_in_appointment(actor=receptionist, appointment=visit)
    assert (visit.state, Consultation.objects.get().status) == ("arrived", "SCHEDULED")


def test_an_undone_check_in_leaves_a_missed_visit_missed(expected, receptionist):
    visit = services.mark_no_show_appointment(actor=receptionist, appointment=expected())
    visit = services.check_in_appointment(actor=receptionist, appointment=visit)
    visit = services.undo_check_in_appointment(actor=receptionist, appointment=visit)
    assert (visit.state, Consultation.objects.get().status) == ("no-show", "NO_SHOW")


def test_only_who_is_here_and_has_not_been_seen_is_taken_back(arrived, expected, receptionist, doctor):
    with pytest.raises(DomainError, match="not checked in"):
        services.undo_check_in_appointment(actor=receptionist, appointment=expected())
    visit = arrived("00:20")
    clinical.start_consultation(actor=doctor, consultation=visit.consultation)
    with pytest.raises(DomainError, match="In consultation"):
        services.undo_check_in_appointment(actor=receptionist, appointment=visit)


def test_a_consultation_put_away_and_a_check_in_taken_back_can_begin_again(arrived, receptionist, doctor):
    visit = arrived()
    consultation = clinical.start_consultation(actor=doctor, consultation=visit.consultation)
    clinical.archive_consultation(actor=doctor, consultation=consultation)
    services.undo_check_in_appointment(actor=receptionist, appointment=visit)
    services.check_in_appointment(actor=receptionist, appointment=visit)
    consultation = clinical.start_consultation(actor=doctor, consultation=Consultation.objects.get())
    assert (consultation.status, consultation.is_archived) == ("IN_PROGRESS", False)


# ── whose turn it is ───────────────────────────────────────────────────────


def here(time, came, token, **fields):
    return AppointmentFactory.build(
        appointment_date=timezone.localdate(),
        appointment_time=dt.time.fromisoformat(time),
        checked_in_at=at(came),
        token_number=token,
        **fields,
    )


@pytest.mark.usefixtures("db")
def test_who_comes_early_does_not_overtake_and_who_comes_late_goes_behind_those_whose_time_has_come(doctor):
    patient = PatientFactory()
    people = {"doctor": doctor, "patient": patient, "booked_by": doctor}
    early = here("11:00", "09:00", 1, **people)
    on_time = here("10:20", "10:05", 2, **people)
    late = here("10:00", "10:30", 3, **people)
    after_late = here("10:40", "10:25", 4, **people)
    squeezed_in = here("10:20", "10:10", 5, **people)
    assert in_turn([early, on_time, late, after_late, squeezed_in]) == [on_time, squeezed_in, late, after_late, early]
    early.called_at, late.called_at = at("10:31"), at("10:32")
    assert in_turn([early, on_time, late, after_late]) == [late, early, on_time, after_late]
    (queue,) = queues_of([early, on_time, late, after_late])
    assert (queue.called, queue.next) == ([late, early], on_time)


# ── calling in ─────────────────────────────────────────────────────────────


def test_a_button_that_is_pressed_twice_calls_once_and_again_calls_anew(arrived, doctor):
    visit = services.call_appointment(actor=doctor, appointment=arrived())
    first = visit.called_at
    assert services.call_appointment(actor=doctor, appointment=visit).called_at == first
    again = services.call_appointment(actor=doctor, appointment=visit, called_at=first)
    assert again.called_at > first
    assert services.call_appointment(actor=doctor, appointment=visit, called_at=first).called_at == again.called_at


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_doctor_and_the_desk_at_the_same_moment_call_once():
    desk, doctor = ReceptionistFactory(), DoctorFactory().user
    visit = AppointmentFactory(
        doctor=doctor,
        appointment_date=timezone.localdate(),
        appointment_time=dt.time(0),
        checked_in_at=timezone.now(),
        token_number=1,
    )
    people = [desk, doctor] * 4
    results = at_once([lambda p=p: services.call_appointment(actor=p, appointment=visit) for p in people])
    assert len({result.called_at for result in results}) == 1
    assert visit.history.exclude(called_at=None).count() == 1


def test_only_who_waits_here_today_is_called(arrived, expected, doctor, receptionist):
    visit = arrived()
    clinical.start_consultation(actor=doctor, consultation=visit.consultation)
    yesterday = AppointmentFactory(
        doctor=doctor, appointment_date=timezone.localdate() - dt.timedelta(days=1), checked_in_at=timezone.now()
    )
    for other in (visit, expected("00:20"), yesterday):
        with pytest.raises(DomainError, match="here and waits"):
            services.call_appointment(actor=receptionist, appointment=other)


def test_a_consultation_put_away_is_called_again(arrived, doctor):
    visit = services.call_appointment(actor=doctor, appointment=arrived())
    consultation = clinical.start_consultation(actor=doctor, consultation=visit.consultation)
    clinical.archive_consultation(actor=doctor, consultation=consultation)
    visit.refresh_from_db()
    assert (visit.state, visit.called_at) == ("arrived", None)


def test_the_possible_changes_follow_the_queue(arrived, expected, doctor, receptionist, patient):
    visit = arrived(patient=patient)
    for person in (doctor, receptionist):
        words = services.possible_changes(actor=person, appointment=visit)
        assert {"call", "undo_check_in"} <= words
        assert "check_in" not in words
    assert not {"call", "undo_check_in"} & services.possible_changes(actor=patient.user, appointment=visit)
    coming = services.possible_changes(actor=receptionist, appointment=expected("00:20"))
    assert not {"call", "undo_check_in"} & coming


# ── the buttons ────────────────────────────────────────────────────────────


def test_the_desk_checks_in_calls_and_takes_back(client_of, receptionist, expected):
    client, visit = client_of(receptionist), expected(patient=PatientFactory(user__first_name="<b>Asha"))
    page = client.post(url_of("check_in", visit), {"next": QUEUE}, follow=True).content.decode()
    assert f"&lt;b&gt;Asha {visit.patient.user.last_name} is here, token 1, for" in page
    assert f'href="{url_of("token", visit)}"' in page
    slip = client.get(url_of("token", visit)).content.decode()
    assert '<p class="slip-token">1</p>' in slip
    assert visit.patient.user.last_name not in slip

    page = client.post(url_of("call", visit), {"next": QUEUE, "called": ""}, follow=True).content.decode()
    assert "Token 1" in page
    visit.refresh_from_db()
    first = visit.called_at
    for stale in ("", "2026-01-01T00:00:00+00:00", "nonsense", "2026-13-45", "x" * 5000):
        client.post(url_of("call", visit), {"called": stale})
        visit.refresh_from_db()
        assert visit.called_at == first
    client.post(url_of("call", visit), {"called": first.isoformat()})
    visit.refresh_from_db()
    assert visit.called_at > first

    page = client.post(url_of("undo_check_in", visit), {"next": QUEUE}, follow=True).content.decode()
    assert "is not checked in" in page
    visit.refresh_from_db()
    assert (visit.state, visit.called_at, visit.token_number) == ("confirmed", None, 1)
    page = client.post(url_of("call", visit), follow=True).content.decode()
    assert "Only who is here" in page


def test_a_visit_without_a_token_has_no_slip(client_of, receptionist, expected):
    assert client_of(receptionist).get(url_of("token", expected())).status_code == 404


def test_a_visits_page_shows_the_token_and_what_can_be_done(client_of, receptionist, arrived, patient):
    visit = arrived(patient=patient)
    content = client_of(receptionist).get(url_of("detail", visit)).content.decode()
    for name in ("call", "undo_check_in"):
        assert f'action="{url_of(name, visit)}"' in content
    assert f'href="{url_of("token", visit)}"' in content
    content = client_of(patient.user).get(url_of("detail", visit)).content.decode()
    assert '<b class="num">1</b>' in content
    assert url_of("token", visit) not in content


def test_a_doctor_calls_only_the_own_patients(client_of, doctor, arrived):
    theirs = arrived(doctor=DoctorFactory().user)
    assert client_of(doctor).post(url_of("call", theirs)).status_code == 404
    assert client_of(doctor).post(url_of("undo_check_in", theirs)).status_code == 404


# ── the pages that keep themselves fresh ───────────────────────────────────


def test_the_queue_shows_each_doctor_who_is_here_and_who_comes(client_of, receptionist, admin, arrived, expected):
    waiting, called = arrived(), arrived("00:20")
    other = expected(doctor=DoctorFactory().user)
    client = client_of(receptionist)
    client.post(url_of("call", called), {"called": ""})
    content = client.get(QUEUE).content.decode()
    for visit in (waiting, called, other):
        assert visit.patient.name in content
        assert visit.doctor.display_name in content
    assert f'action="{url_of("check_in", other)}"' in content
    assert f'action="{url_of("call", waiting)}"' in content
    content = client_of(admin).get(QUEUE).content.decode()
    assert waiting.patient.name in content
    assert 'action="/scheduling/' not in content


def test_nobody_here_is_said(client_of, receptionist):
    assert "Nobody is here or expected" in client_of(receptionist).get(QUEUE).content.decode()


@pytest.mark.parametrize("count", [1, 8])
def test_the_queue_takes_three_queries_however_many_wait(
    client_of, receptionist, arrived, django_assert_num_queries, count
):
    for n in range(count):
        arrived(doctor=DoctorFactory().user)
        arrived(doctor=DoctorFactory().user, patient=PatientFactory(), time=f"0{n % 9}:20")
    client = client_of(receptionist)
    with django_assert_num_queries(3):
        client.get(QUEUE)


@pytest.mark.parametrize(("role", "page"), [("receptionist", QUEUE), ("doctor", reverse("home"))])
def test_the_script_hears_that_nothing_changed_until_something_does(
    request, client_of, arrived, django_assert_num_queries, doctor, role, page
):
    arrived()
    client = client_of(request.getfixturevalue(role))
    client.get(page)
    first = client.get(page, headers=PART)
    assert "<html" not in first.content.decode()
    shown = {"If-None-Match": first["ETag"]}
    with django_assert_num_queries(3):
        unchanged = client.get(page, headers=PART | shown)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    visit = arrived("00:20")
    changed = client.get(page, headers=PART | shown)
    assert changed.status_code == 200
    assert visit.patient.name in changed.content.decode()
    assert Client().get(page, headers=PART).status_code == 401
