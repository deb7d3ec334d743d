"""The patient's own pages on a phone: for oneself, and for the children one looks after."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from scheduling.models import Appointment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]


@pytest.fixture
def children(patient):
    """Two children whom the patient looks after."""
    children = [
        PatientFactory(user__first_name=name, date_of_birth=timezone.localdate() - dt.timedelta(days=days))
        for name, days in (("Kabir", 400), ("Leela", 2500))
    ]
    for child in children:
        GuardianFactory(patient=child, user=patient.user)
    return children


@pytest.fixture
def phone(page_for, patient):
    """The patient's phone."""
    return page_for(patient.user, width=360, has_touch=True)


def test_a_mother_finds_and_books_for_each_child(phone, patient, children, doctor, sees):
    kabir, leela = children
    AppointmentFactory(patient=kabir, doctor=doctor)
    InvoiceFactory(patient=leela, description="Follow-up of Leela")
    phone.goto("/")
    expect(phone.get_by_text("No visit is booked.")).to_be_visible()
    sees(phone, "guardian-own")
    phone.get_by_role("link", name=kabir.name).tap()
    phone.get_by_text("Next visit of Kabir, tomorrow").wait_for()
    phone.wait_for_load_state()
    assert phone.get_by_text("Follow-up of Leela").count() == 0
    sees(phone, "guardian-child")
    phone.get_by_role("link", name=leela.name).tap()
    phone.get_by_text("Follow-up of Leela").wait_for()

    phone.get_by_role("link", name="Book a visit").tap()
    expect(phone.get_by_label("For whom?")).to_have_value(leela.pk)
    phone.locator(".slot").nth(2).tap()
    phone.get_by_role("button", name="Ask for this visit").wait_for()
    expect(phone.locator("#main").get_by_text(leela.name)).to_be_visible()
    sees(phone, "guardian-book")
    phone.get_by_role("button", name="Ask for this visit").tap()
    phone.get_by_text("You asked for a visit").wait_for()
    sees(phone, "guardian-visits")

    visit = Appointment.objects.get(patient=leela)
    assert (visit.status, visit.booked_by) == ("PENDING", patient.user)


def test_a_stranger_in_the_address_stays_hidden(phone):
    other = PatientFactory(user__last_name="Zyxwvut")
    phone.goto(f"/?person={other.pk}")
    assert "Zyxwvut" not in phone.content()
    phone.goto(reverse("patients:patient_detail", args=[other.pk]))
    assert "Zyxwvut" not in phone.content()


def test_a_double_tap_asks_once(phone, doctor):
    phone.goto(f"{reverse('scheduling:appointment_request')}?doctor={doctor.pk}")
    phone.locator(".slot").first.tap()
    phone.get_by_role("button", name="Ask for this visit").dblclick()
    phone.get_by_text("You asked for a visit").wait_for()

    assert Appointment.objects.count() == 1


def test_the_dark_theme_is_chosen_and_kept(phone, patient, sees):
    phone.goto("/")
    phone.get_by_role("button", name="Switch to the dark theme").tap()
    expect(phone.locator("html")).to_have_attribute("data-bs-theme", "dark")
    sees(phone, "patient-home-dark")
    phone.goto(reverse("scheduling:appointment_list"))

    expect(phone.locator("html")).to_have_attribute("data-bs-theme", "dark")
