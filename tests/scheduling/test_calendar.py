"""The doctors' calendars as they are read: hours, exceptions, time off, closures, what is taken; and the rules."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    ClosureFactory,
    DoctorBreakFactory,
    DoctorFactory,
    HoursExceptionFactory,
    SlotOfferFactory,
    TimeOffFactory,
    VisitTypeFactory,
)
from scheduling import services
from scheduling.availability import Length, booking_window, day_slots, free_slots
from scheduling.calendar import Away, busy_times, day_plans
from scheduling.errors import NotBookableError, SlotTakenError
from scheduling.models import Appointment, SchedulingRules, Weekday
from scheduling.slots import WHOLE_DAY, Busy

pytestmark = pytest.mark.django_db

NINE, FIVE = 9 * 60, 17 * 60


def plan_of(doctor, day):
    return day_plans([doctor], [day])[doctor.pk, day]


def times(slots):
    return [str(slot) for slot in slots]


@pytest.fixture
def lunch(doctor, tomorrow):
    return DoctorBreakFactory(doctor=doctor.doctor, day_of_week=Weekday.of(tomorrow))


# ── plans ──────────────────────────────────────────────────────────────────


def test_a_break_is_cut_out_of_its_weekday_only(doctor, tomorrow, lunch):
    plan = plan_of(doctor, tomorrow)
    assert plan.open == [(NINE, 780), (840, FIVE)]
    assert plan.away == [Away((780, 840), "break", "Lunch")]
    assert plan_of(doctor, tomorrow + dt.timedelta(days=1)).open == [(NINE, FIVE)]


def test_exceptions_stand_instead_of_hours_and_breaks(doctor, tomorrow, lunch):
    HoursExceptionFactory(doctor=doctor.doctor)
    HoursExceptionFactory(doctor=doctor.doctor, start_time=dt.time(18), end_time=dt.time(20))
    plan = plan_of(doctor, tomorrow)
    assert plan.open == [(600, 720), (1080, 1200)]
    assert plan.away == []


def test_a_day_off_leaves_nothing_open(doctor, tomorrow):
    HoursExceptionFactory(doctor=doctor.doctor, start_time=None, end_time=None)
    assert plan_of(doctor, tomorrow).open == []


def test_time_off_takes_days_or_hours_and_also_out_of_exceptions(doctor, tomorrow):
    later = tomorrow + dt.timedelta(days=1)
    TimeOffFactory(doctor=doctor.doctor, start_time=dt.time(11), end_time=dt.time(13), reason="")
    HoursExceptionFactory(doctor=doctor.doctor)
    TimeOffFactory(doctor=doctor.doctor, start_date=later, end_date=later + dt.timedelta(days=1))
    assert plan_of(doctor, tomorrow).open == [(600, 660)]
    assert plan_of(doctor, tomorrow).away == [Away((660, 780), "off", "Away")]
    for day in (later, later + dt.timedelta(days=1)):
        assert plan_of(doctor, day).open == []
        assert plan_of(doctor, day).away == [Away(WHOLE_DAY, "off", "Seminar in Nashik")]
    assert plan_of(doctor, later + dt.timedelta(days=2)).open == [(NINE, FIVE)]


def test_a_closure_closes_every_doctor_and_the_next_day_is_open(doctor, tomorrow):
    other = DoctorFactory().user
    ClosureFactory()
    HoursExceptionFactory(doctor=other.doctor)
    plans = day_plans([doctor, other], [tomorrow, tomorrow + dt.timedelta(days=1)])
    assert plans[doctor.pk, tomorrow].open == plans[other.pk, tomorrow].open == []
    assert plans[doctor.pk, tomorrow].away[0] == Away(WHOLE_DAY, "closed", "Diwali")
    assert plans[other.pk, tomorrow + dt.timedelta(days=1)].open == [(NINE, FIVE)]


def test_a_weekday_off_has_no_breaks(doctor, tomorrow, lunch):
    doctor.doctor.availability.get(day_of_week=Weekday.of(tomorrow)).delete()
    assert plan_of(doctor, tomorrow).away == []


def test_plans_of_many_doctors_and_days_are_one_query(doctor, tomorrow, lunch, django_assert_num_queries):
    doctors = [doctor, *(DoctorFactory().user for _ in range(4))]
    for number, one in enumerate(doctors):
        HoursExceptionFactory(doctor=one.doctor, date=tomorrow + dt.timedelta(days=number))
        TimeOffFactory(doctor=one.doctor, start_date=tomorrow + dt.timedelta(days=number + 9))
    with django_assert_num_queries(1):
        assert len(day_plans(doctors, [tomorrow + dt.timedelta(days=n) for n in range(31)])) == 5 * 31
    with django_assert_num_queries(0):
        assert day_plans([], [tomorrow]) == day_plans(doctors, []) == {}


# ── what is taken ──────────────────────────────────────────────────────────


def test_visits_and_open_offers_take_their_time(doctor, tomorrow, django_assert_num_queries):
    visit = AppointmentFactory(doctor=doctor, buffer_before=5, buffer_after=10)
    offer = SlotOfferFactory(doctor=doctor, appointment_time=dt.time(11))
    SlotOfferFactory(doctor=doctor, appointment_time=dt.time(12), expires_at=timezone.now() - dt.timedelta(minutes=1))
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(13), status="CANCELLED", cancel_reason="Ill")
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(14), is_overbooked=True, overbook_reason="Fever")
    with django_assert_num_queries(1):
        taken = busy_times([doctor], tomorrow, tomorrow)
    assert sorted(taken[doctor.pk, tomorrow], key=lambda busy: busy.start) == [
        Busy(600, 620, 5, 10),
        Busy(660, 680, 0, 0),
    ]
    assert busy_times([doctor], tomorrow, tomorrow, besides=visit)[doctor.pk, tomorrow] == [Busy(660, 680)]
    assert busy_times([doctor], tomorrow, tomorrow, offer=offer)[doctor.pk, tomorrow] == [Busy(600, 620, 5, 10)]


def test_a_held_slot_is_not_free_and_not_bookable(doctor, tomorrow, patient, receptionist):
    SlotOfferFactory(doctor=doctor)
    assert "10:00" not in times(free_slots(doctor, tomorrow, tomorrow))
    with pytest.raises(SlotTakenError):
        book(receptionist, patient, doctor, tomorrow, dt.time(10))


def book(actor, patient, doctor, day, time, **fields):
    return services.book_appointment(
        actor=actor, patient=patient, doctor=doctor, appointment_date=day, appointment_time=time, **fields
    )


# ── kinds of visits ────────────────────────────────────────────────────────


def test_free_slots_follow_the_kind_of_visit(doctor, tomorrow, lunch):
    long = VisitTypeFactory(minutes=90)
    free = day_slots(doctor, tomorrow, visit_type=long)
    assert free.length == Length(90)
    found = times(offer.slot for offer in free.offers)
    assert found[0] == "09:00"
    assert "11:20" in found
    assert "11:40" not in found  # it would reach into lunch
    assert found[-1] == "15:20"


def test_buffers_are_kept_on_both_sides(doctor, tomorrow, patient, receptionist):
    kind = VisitTypeFactory(minutes=20, buffer_before=20, buffer_after=40)
    visit = book(receptionist, patient, doctor, tomorrow, dt.time(11), visit_type=kind)
    assert (visit.duration, visit.buffer_before, visit.buffer_after) == (20, 20, 40)
    found = times(free_slots(doctor, tomorrow, tomorrow))
    assert "10:20" in found
    assert not {"10:40", "11:00", "11:20", "11:40"} & set(found)
    assert "12:00" in found
    other = PatientFactory()
    for time in (dt.time(10, 40), dt.time(11, 40)):
        with pytest.raises(SlotTakenError):
            book(receptionist, other, doctor, tomorrow, time)
    book(receptionist, other, doctor, tomorrow, dt.time(12))
    # What stands before the buffers of the one stands clear of those of the other too.
    with pytest.raises(SlotTakenError):
        book(receptionist, PatientFactory(), doctor, tomorrow, dt.time(12, 30), visit_type=kind)


def test_a_visit_keeps_the_kind_when_it_moves_and_takes_the_length_of_another(doctor, tomorrow, patient, receptionist):
    short, long = VisitTypeFactory(minutes=15), VisitTypeFactory(minutes=45, buffer_after=5)
    visit = book(receptionist, patient, doctor, tomorrow, dt.time(11), visit_type=short)
    when = {"actor": receptionist, "doctor": doctor, "appointment_date": tomorrow}
    moved = services.reschedule_appointment(appointment=visit, appointment_time=dt.time(12), **when)
    assert (moved.visit_type, moved.duration) == (short, 15)
    again = services.reschedule_appointment(appointment=moved, appointment_time=dt.time(14), visit_type=long, **when)
    assert (again.visit_type, again.duration, again.buffer_after) == (long, 45, 5)


# ── the clinic's rules for patients ────────────────────────────────────────


@pytest.fixture
def rules(db):
    rules = SchedulingRules.objects.current()
    rules.min_notice_hours, rules.horizon_days, rules.max_open_bookings = 3, 10, 2
    rules.save()
    return rules


def test_patients_book_within_notice_and_horizon(rules, patient, doctor, receptionist, tomorrow):
    far = timezone.localdate() + dt.timedelta(days=11)
    with pytest.raises(NotBookableError, match="at most 10 days"):
        book(patient.user, patient, doctor, far, dt.time(12))
    rules.min_notice_hours = 72
    rules.save()
    with pytest.raises(NotBookableError, match="at least 72 hours"):
        book(patient.user, patient, doctor, tomorrow, dt.time(12))
    assert not Appointment.objects.exists()
    assert book(receptionist, patient, doctor, far, dt.time(12))
    assert book(receptionist, patient, doctor, tomorrow, dt.time(12))


def test_the_window_of_patients_bounds_the_free_slots(rules, doctor):
    window = booking_window(rules)
    today = timezone.localdate()
    found = free_slots(doctor, today, today + dt.timedelta(days=30), window=window)
    zone = timezone.get_current_timezone()
    assert found
    assert all(window[0] <= slot.starts_at(zone) <= window[1] for slot in found)


def test_a_patient_has_so_many_open_bookings(rules, patient, doctor, receptionist, tomorrow):
    for ahead in range(2):
        book(patient.user, patient, doctor, tomorrow + dt.timedelta(days=ahead), dt.time(12))
    third = tomorrow + dt.timedelta(days=3)
    with pytest.raises(NotBookableError, match="2 visits booked already"):
        book(patient.user, patient, doctor, third, dt.time(12))
    assert book(receptionist, patient, doctor, third, dt.time(12))


@pytest.mark.parametrize("fields", [{"is_online": False}, {"is_active": False}])
def test_patients_book_kinds_that_are_online(rules, patient, doctor, tomorrow, fields):
    kind = VisitTypeFactory(**fields)
    with pytest.raises(NotBookableError, match="call the clinic for this kind"):
        book(patient.user, patient, doctor, tomorrow, dt.time(12), visit_type=kind)


# ── the clinic's zone ──────────────────────────────────────────────────────


@pytest.mark.parametrize(("zone", "is_skipped"), [("Europe/Berlin", True), ("America/Sao_Paulo", False)])
def test_an_hour_that_the_clock_skips_is_neither_offered_nor_booked(zone, is_skipped, doctor, patient, receptionist):
    spring = dt.date(2027, 3, 28)
    HoursExceptionFactory(doctor=doctor.doctor, date=spring, start_time=dt.time(1), end_time=dt.time(5))
    with timezone.override(ZoneInfo(zone)):
        found = times(free_slots(doctor, spring, spring))
        assert {"01:40", "03:00", "04:40"} <= set(found)
        assert ("02:20" in found) != is_skipped
        if is_skipped:
            with pytest.raises(NotBookableError):
                book(receptionist, patient, doctor, spring, dt.time(2, 20))
        else:
            assert book(receptionist, patient, doctor, spring, dt.time(2, 20))


def test_the_hour_that_comes_twice_is_offered_once(doctor):
    autumn = dt.date(2027, 10, 31)
    HoursExceptionFactory(doctor=doctor.doctor, date=autumn, start_time=dt.time(1), end_time=dt.time(4))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        found = times(free_slots(doctor, autumn, autumn))
    assert found == sorted(set(found))
    assert len(found) == 9
