"""Kinds of visits in booking, on pages and on bills."""

import datetime as dt

import pytest
from django.urls import reverse

from billing.services import draft_invoice
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.scheduling import AppointmentFactory, VisitTypeFactory
from scheduling.kinds import fee_of, usual_kind
from scheduling.models import Appointment, VisitType
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db

CREATE = reverse("scheduling:appointment_create")
REQUEST = reverse("scheduling:appointment_request")
SLOTS = reverse("scheduling:slot_list")


@pytest.fixture
def kinds():
    return {kind.name: kind for kind in VisitType.objects.all()}


def test_booking_starts_with_the_first_kind_and_then_with_the_follow_up(desk, patient, doctor, kinds):
    url = f"{CREATE}?patient={patient.pk}&doctor={doctor.pk}"
    assert desk.get(url).context["form"]["visit_type"].value() == kinds["First consultation"].pk
    AppointmentFactory(patient=patient, doctor=doctor, status="COMPLETED")
    assert desk.get(url).context["form"]["visit_type"].value() == kinds["Follow-up"].pk


def test_one_kind_is_the_usual_one_for_everybody():
    (kind,) = VisitTypeFactory.build_batch(1)
    assert usual_kind([kind], is_known=True) == usual_kind([kind], is_known=False) == kind
    assert usual_kind([], is_known=True) is None


def test_a_visit_is_booked_as_long_as_its_kind(desk, booking, doctor, tomorrow, kinds):
    kind = kinds["First consultation"]
    desk.post(CREATE, booking(visit_type=kind.pk, slot=slot_key(tomorrow, dt.time(9), doctor.pk)))
    visit = Appointment.objects.get()
    assert (visit.visit_type, visit.duration) == (kind, 45)


@pytest.mark.parametrize("forged", ["xxxx", "0" * 24])
def test_a_forged_kind_is_refused(desk, booking, forged):
    page = desk.post(CREATE, booking(visit_type=forged))
    assert page.status_code == 422
    assert "visit_type" in page.context["form"].errors
    assert not Appointment.objects.exists()


def test_patients_choose_among_the_kinds_that_are_online(client_of, patient, booking, kinds):
    client = client_of(patient.user)
    choices = dict(client.get(REQUEST).context["form"].fields["visit_type"].choices)
    assert kinds["Phone"].pk not in choices
    assert kinds["Acute"].pk in choices
    assert client.post(REQUEST, booking(visit_type=kinds["Phone"].pk)).status_code == 422
    assert client.post(REQUEST, booking(visit_type=kinds["Acute"].pk)).status_code == 302
    assert Appointment.objects.get().duration == 15


def test_the_free_slots_and_the_fee_follow_the_kind(desk, doctor, tomorrow):
    kind = VisitTypeFactory(minutes=120, fee=950)
    query = f"{SLOTS}?doctor={doctor.pk}&date={tomorrow}"
    usual, long = desk.get(query), desk.get(f"{query}&visit_type={kind.pk}")
    assert [str(page.context["slots"].offers[-1].slot) for page in (usual, long)] == ["16:40", "15:00"]
    assert "₹600.00" in usual.content.decode()
    assert "₹950.00" in long.content.decode()
    assert f"visit_type={kind.pk}" in long.content.decode()


def test_the_offers_of_a_refused_time_are_as_long_as_the_kind(desk, booking, doctor, tomorrow):
    kind = VisitTypeFactory(minutes=60)
    AppointmentFactory(doctor=doctor)
    page = desk.post(CREATE, booking(visit_type=kind.pk, slot=slot_key(tomorrow, dt.time(9, 40), doctor.pk)))
    assert page.status_code == 409
    assert {offer.slot.minutes for offer in page.context["offers"]} == {60}
    assert page.context["form"]["visit_type"].value() == kind.pk


def test_a_visit_without_a_kind_may_stay_so_when_it_moves(desk, booking, doctor, kinds):
    visit = AppointmentFactory(doctor=doctor, duration=35)
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    assert ("", "As it is booked") in desk.get(url).context["form"].fields["visit_type"].choices
    desk.post(url, booking(visit_type=""))
    moved = Appointment.objects.get(rescheduled_from=visit)
    assert (moved.visit_type, moved.duration) == (None, 35)


def test_a_kind_out_of_use_stays_with_a_visit_that_moves(desk, booking, doctor):
    kind = VisitTypeFactory(is_active=False)
    visit = AppointmentFactory(doctor=doctor, visit_type=kind, duration=25)
    desk.post(reverse("scheduling:appointment_reschedule", args=[visit.pk]), booking(visit_type=kind.pk))
    moved = Appointment.objects.get(rescheduled_from=visit)
    assert (moved.visit_type, moved.duration) == (kind, 25)


def test_a_doctor_moves_own_visits_within_the_own_hours(client_of, booking, doctor, patient):
    from homeo.demo.factories.scheduling import DoctorFactory

    visit = AppointmentFactory(doctor=doctor, patient=patient)
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    other = DoctorFactory().user
    assert client_of(other).post(url, booking()).status_code == 404
    assert client_of(doctor).post(url, booking(doctor=other.pk)).status_code == 422
    assert client_of(doctor).post(url, booking()).status_code == 302


def test_the_kind_is_shown_on_the_pages_of_a_visit(client_of, desk, doctor, patient):
    kind = VisitTypeFactory(name="Walk & talk", colour="ROSE")
    visit = AppointmentFactory(doctor=doctor, patient=patient, visit_type=kind)
    pages = [reverse("scheduling:appointment_detail", args=[visit.pk]), reverse("scheduling:appointment_list")]
    for page in [*pages, f"{reverse('day')}?day={visit.appointment_date}"]:
        text = desk.get(page).content.decode()
        assert "Walk &amp; talk" in text
        assert "kind-rose" in text
    for page in (*pages, reverse("home")):
        assert "Walk &amp; talk" in client_of(patient.user).get(page).content.decode()


@pytest.mark.parametrize(("fee", "amount"), [(None, 600), (0, 0), (250, 250)])
def test_the_bill_takes_the_fee_of_the_kind_or_the_doctors(doctor, patient, fee, amount):
    kind = VisitTypeFactory(name="Phone call", fee=fee)
    visit = AppointmentFactory(doctor=doctor, patient=patient, visit_type=kind)
    consultation = ConsultationFactory(patient=patient, doctor=doctor, appointment=visit)
    invoice = draft_invoice(actor=doctor, consultation=consultation)
    assert fee_of(doctor.doctor, kind) == amount
    assert (invoice.amount, invoice.description) == (amount, f"Phone call with {doctor.display_name}")
    assert fee_of(None, None) == 0
