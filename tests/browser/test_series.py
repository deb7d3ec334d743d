"""Recurring visits in a browser: a series with one conflict is booked, then the rest of it called off."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling.models import Appointment, VisitSeries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_series_with_one_conflict(page_for, axe, shot, width):
    doctor, patient = DoctorFactory().user, PatientFactory()
    first = timezone.localdate() + dt.timedelta(days=7)
    week = dt.timedelta(weeks=1)
    taken = AppointmentFactory(doctor=doctor, appointment_date=first + week)
    page = page_for(ReceptionistFactory(), width=width)
    page.goto(
        f"{reverse('scheduling:appointment_create')}?patient={patient.pk}&doctor={doctor.pk}&date={first}&time=10:00"
    )
    page.get_by_role("button", name="Repeat this visit").click()
    page.get_by_label("How many visits").wait_for()
    page.get_by_label("Kind of visit").select_option("")
    page.get_by_label("How many visits").fill("500")
    page.get_by_role("button", name="Show the dates").click()
    assert page.get_by_label("How many visits").evaluate("field => field.validity.rangeOverflow")
    page.get_by_label("How many visits").fill("3")
    page.evaluate("scrollTo(0, 0)")
    assert axe(page) == []
    shot(page, "series-rule")
    page.get_by_role("button", name="Show the dates").click()
    page.get_by_text(f"Taken: {taken.patient.name} has 10:00.").wait_for()
    rows = page.get_by_role("combobox")
    assert [rows.nth(n).evaluate("field => field.selectedOptions[0].text") for n in range(3)] == [
        "Keep 10:00",
        "Take 09:40 that day",
        "Keep 10:00",
    ]
    assert axe(page) == []
    shot(page, "series-dates")
    rows.nth(2).select_option("11:20")
    page.get_by_label("Reason, as the patient says it").fill("Asthma")
    page.get_by_role("button", name="Book the visits").click()
    page.get_by_text("3 visits are booked").wait_for()
    series = VisitSeries.objects.get()
    assert [
        (visit.appointment_date, f"{visit.appointment_time:%H:%M}", visit.notes)
        for visit in series.appointments.by_time()
    ] == [(first, "10:00", "Asthma"), (first + week, "09:40", "Asthma"), (first + 2 * week, "11:20", "Asthma")]
    assert axe(page) == []
    shot(page, "series-detail")
    page.locator("[data-main]").nth(1).click()
    page.get_by_text("Visit 2 of 3").wait_for()
    assert axe(page) == []
    page.get_by_role("link", name="cancel several").click()
    page.get_by_label("This visit and those that follow (2)").check()
    page.get_by_label("Why are they cancelled?").fill("Moves away")
    assert axe(page) == []
    shot(page, "series-cancel")
    page.get_by_role("button", name="Cancel these visits").click()
    page.get_by_text("2 visits are cancelled.").wait_for()
    assert Appointment.objects.filter(series=series, status="CANCELLED").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
