"""The evidence in a browser: from a remedy to its complaints, to the cases behind a number, by keyboard."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinical.models import Remedy
from homeo.demo.factories.clinical import (
    ComplaintFactory,
    ComplaintResponseFactory,
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("remedies")]


@pytest.fixture
def outcomes(doctor, remedies):
    """Seven patients who had Sulphur for a headache; of six it is known how they did."""
    sulphur = Remedy.objects.get(name="Sulphur")
    for number, value in enumerate((3, 2, 2, 1, 0, -2, None)):
        patient = PatientFactory(user__first_name="Patient", user__last_name=f"Number {number}")
        then = timezone.now() - dt.timedelta(days=60)
        note = ConsultationFactory(doctor=doctor, patient=patient, completed=True, scheduled_at=then)
        headache = ComplaintFactory(consultation=note, name="Headache")
        given = PrescriptionFactory(doctor=doctor, patient=patient, consultation=note)
        PrescriptionItemFactory(prescription=given, medicine_name=sulphur.name, remedy=sulphur)
        if value is not None:
            ComplaintResponseFactory(complaint=headache, value=value)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_from_a_remedy_to_its_cases(page_for, doctor, outcomes, sees, problems, width, scheme):
    page = page_for(doctor, width=width, scheme=scheme)
    keys = page.keyboard
    page.goto(reverse("clinical:prescription_list"))
    page.locator("main").get_by_role("link", name="Evidence").click()
    page.get_by_role("heading", name="Growth of evidence").wait_for()
    page.get_by_text("The responses as numbers").click()
    sees(page, f"evidence-{scheme}")

    keys.press("j")
    expect(page.locator(":focus")).to_have_text("Sulphur")
    keys.press("Enter")
    page.get_by_role("heading", name="Complaints of those who had Sulphur").wait_for()
    sees(page, f"evidence-remedy-{scheme}")

    page.get_by_role(
        "link", name="6 responses: 1 much better, 2 better, 1 slightly better, 1 the same, 1 worse"
    ).click()
    page.get_by_role("link", name="With a response 6").and_(page.locator("[aria-current]")).wait_for()
    sees(page, f"evidence-cases-{scheme}")
    page.get_by_role("link", name="None yet 1").click()
    page.get_by_role("link", name="Patient Number 6").wait_for()
    page.wait_for_load_state()
    assert page.get_by_text("Patient Number 0").count() == 0
    page.get_by_role("link", name="Back to the numbers").click()
    page.get_by_role("heading", name="Complaints of those who had Sulphur").wait_for()


def test_a_new_doctor_is_told_how_outcomes_come_about(page_for, sees, problems):
    page = page_for(DoctorFactory().user)
    page.goto(reverse("clinical:evidence"))
    page.get_by_text("No outcomes yet").wait_for()
    sees(page, "evidence-new")
