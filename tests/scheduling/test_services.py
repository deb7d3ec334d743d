"""The rules of booking, moving and calling off."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Status
from homeo.base.errors import DomainError, InvalidTransitionError
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import availability, services
from scheduling.availability import Length
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(receptionist, patient, doctor, tomorrow):
    def book_with(**changed):
        wanted = {"actor": receptionist, "patient": patient, "doctor": doctor}
        wanted |= {"appointment_date": tomorrow, "appointment_time": dt.time(10)} | changed
        return services.book_appointment(**wanted)

    return book_with


def test_a_visit_lasts_as_long_as_the_doctors_slots(book, receptionist):
    visit = book()
    assert (visit.duration, visit.status, visit.booked_by) == (20, "CONFIRMED", receptionist)


def test_an_overlapping_visit_of_the_doctor_is_told_with_who_has_the_time(book):
    first = book()
    with pytest.raises(services.SlotTakenError) as refused:
        book(patient=PatientFactory(), appointment_time=dt.time(10, 15))
    assert refused.value.clash == first
    assert not refused.value.is_patients


def test_a_patient_cannot_be_with_two_doctors(book):
    first = book()
    with pytest.raises(services.SlotTakenError) as refused:
        book(doctor=DoctorFactory().user, appointment_time=dt.time(9, 50))
    assert (refused.value.clash, refused.value.is_patients) == (first, True)


def test_visits_one_after_another_do_not_clash(book):
    book()
    assert book(appointment_time=dt.time(10, 20))
    assert book(appointment_time=dt.time(9, 40))


def test_an_overbooked_visit_stands_beside_others_and_outside_the_hours(book):
    book()
    assert book(patient=PatientFactory(), overbook_reason="Acute fever").is_overbooked
    assert book(appointment_time=dt.time(20), overbook_reason="After work").is_overbooked


@pytest.mark.parametrize("time", [dt.time(8, 50), dt.time(16, 50), dt.time(23, 59)])
def test_nothing_is_booked_outside_the_hours(book, time):
    with pytest.raises(services.NotBookableError) as refused:
        book(appointment_time=time)
    assert refused.value.field == "appointment_time"


def test_nothing_is_booked_in_the_past_not_even_overbooked(book):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(services.NotBookableError):
        book(appointment_date=yesterday, overbook_reason="Forgotten")


def test_nothing_is_booked_with_a_doctor_who_has_left_or_for_an_archived_patient(book, admin, doctor, patient):
    accounts.change_access(actor=admin, user=doctor, role=doctor.role, status=Status.INACTIVE)
    with pytest.raises(services.NotBookableError):
        book()
    patient.archived_at = timezone.now()
    patient.save()
    with pytest.raises(services.NotBookableError) as refused:
        book(doctor=DoctorFactory().user)
    assert refused.value.field == "patient"


@pytest.mark.parametrize("minutes", [-20, 4, 241])
def test_a_visit_of_impossible_length_is_refused(book, minutes):
    with pytest.raises(DomainError):
        book(length=Length(minutes))
    assert not Appointment.objects.exists()


def test_a_moved_visit_points_to_the_new_one_and_frees_its_time(book, receptionist, tomorrow, doctor):
    old = book(notes="Headache")
    new = services.reschedule_appointment(
        actor=receptionist, appointment=old, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10, 10)
    )
    old.refresh_from_db()
    assert (old.status, old.rescheduled_to, new.status, new.notes) == ("RESCHEDULED", new, "CONFIRMED", "Headache")
    assert book(patient=PatientFactory(), appointment_time=dt.time(9, 50))
    with pytest.raises(DomainError):
        services.reschedule_appointment(
            actor=receptionist, appointment=old, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(12)
        )


def test_a_move_to_a_taken_time_leaves_the_visit_where_it_was(book, receptionist, tomorrow, doctor):
    old = book()
    book(patient=PatientFactory(), appointment_time=dt.time(11))
    with pytest.raises(services.SlotTakenError):
        services.reschedule_appointment(
            actor=receptionist, appointment=old, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(11)
        )
    old.refresh_from_db()
    assert (old.status, old.rescheduled_to) == ("CONFIRMED", None)


def test_a_patients_move_has_to_be_confirmed_again(book, patient, doctor, tomorrow):
    new = services.reschedule_appointment(
        actor=patient.user,
        appointment=book(),
        doctor=doctor,
        appointment_date=tomorrow,
        appointment_time=dt.time(12),
    )
    assert new.status == "PENDING"


def test_an_undone_cancellation_is_what_it_was(book, receptionist):
    for status in ("PENDING", "CONFIRMED"):
        visit = book(status=status, appointment_time=dt.time(11 if status == "PENDING" else 12))
        services.cancel_appointment(actor=receptionist, appointment=visit, reason="Travels")
        restored = services.restore_appointment(actor=receptionist, appointment=visit)
        assert (restored.status, restored.cancel_reason) == (status, "")


def test_a_cancellation_cannot_be_undone_once_the_time_is_taken(book, receptionist):
    visit = book()
    services.cancel_appointment(actor=receptionist, appointment=visit, reason="Travels")
    book(patient=PatientFactory())
    with pytest.raises(services.SlotTakenError):
        services.restore_appointment(actor=receptionist, appointment=visit)


def test_a_patient_does_not_take_back_what_the_clinic_called_off(book, receptionist, patient):
    visit = book()
    services.cancel_appointment(actor=receptionist, appointment=visit, reason="Doctor is ill")
    with pytest.raises(DomainError, match="clinic"):
        services.restore_appointment(actor=patient.user, appointment=visit)


def test_a_patient_cannot_cancel_a_visit_whose_time_has_come(patient, doctor):
    visit = AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(0)
    )
    with pytest.raises(DomainError, match="has come"):
        services.cancel_appointment(actor=patient.user, appointment=visit, reason="Late")


def test_statuses_follow_their_table(book, receptionist):
    visit = book()
    with pytest.raises(InvalidTransitionError):
        services.confirm_appointment(actor=receptionist, appointment=visit)
    services.cancel_appointment(actor=receptionist, appointment=visit, reason="Travels")
    with pytest.raises(DomainError):
        services.cancel_appointment(actor=receptionist, appointment=visit, reason="Again")
    with pytest.raises(DomainError):
        services.mark_no_show_appointment(actor=receptionist, appointment=visit)


def test_only_todays_visits_are_checked_in_and_only_begun_ones_not_attended(book, receptionist):
    visit = book()
    with pytest.raises(DomainError):
        services.check_in_appointment(actor=receptionist, appointment=visit)
    with pytest.raises(DomainError):
        services.mark_no_show_appointment(actor=receptionist, appointment=visit)


def test_checking_in_takes_back_that_the_patient_did_not_come(patient, doctor, receptionist):
    visit = AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(0)
    )
    services.mark_no_show_appointment(actor=receptionist, appointment=visit)
    here = services.check_in_appointment(actor=receptionist, appointment=visit)
    assert here.state == "arrived"
    with pytest.raises(DomainError):
        services.check_in_appointment(actor=receptionist, appointment=visit)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("receptionist", {"confirm", "reschedule", "cancel"}),
        ("doctor", {"confirm", "reschedule", "cancel"}),
        ("patient", {"reschedule", "cancel"}),
        ("admin", set()),
    ],
)
def test_each_role_can_change_what_the_table_of_access_says(role, expected, book, request, patient):
    person = patient.user if role == "patient" else request.getfixturevalue(role)
    assert services.possible_changes(actor=person, appointment=book(status="PENDING")) == expected


def test_the_offers_are_the_nearest_times_and_a_colleague_at_the_same_time(book, doctor, patient, tomorrow):
    book(patient=PatientFactory())
    colleague = DoctorFactory().user
    offers = availability.offers(doctor, tomorrow, dt.time(10), colleagues=[doctor, colleague], patient=patient)
    assert [str(offer.slot) for offer in offers] == ["09:20", "09:40", "10:20", "10:40", "10:00"]
    assert [offer.hint for offer in offers] == [
        "40 min earlier", "20 min earlier", "20 min later", "40 min later", "same time",
    ]  # fmt: skip
    assert offers[-1].doctor == colleague


def test_the_offers_leave_out_times_at_which_the_patient_is_elsewhere(book, doctor, patient, tomorrow):
    book(doctor=DoctorFactory().user, appointment_time=dt.time(10, 20))
    offers = availability.offers(doctor, tomorrow, dt.time(10, 20), patient=patient)
    assert "10:20" not in [str(offer.slot) for offer in offers if offer.slot.day == tomorrow]


def test_a_day_shows_its_free_slots_and_the_next_days(book, doctor, tomorrow):
    book()
    day = availability.day_slots(doctor, tomorrow)
    assert len(day.offers) == 23
    assert day.next_days == [(tomorrow + dt.timedelta(days=n), 24) for n in range(1, 5)]


def test_new_hours_ask_about_the_visits_that_they_leave_out(book, doctor):
    visit = book(appointment_time=dt.time(16))
    hours = dict.fromkeys(range(7), (dt.time(9), dt.time(12)))
    with pytest.raises(services.VisitsOutsideError) as refused:
        services.set_availability(actor=doctor, doctor=doctor.doctor, hours=hours)
    assert refused.value.visits == [visit]
    services.set_availability(actor=doctor, doctor=doctor.doctor, hours=hours, keep_outside=True)
    assert {row.end_time for row in doctor.doctor.availability.all()} == {dt.time(12)}
