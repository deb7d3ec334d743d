"""Printing in a browser: one key from what is signed, a certificate by keyboard alone, the pharmacy's page."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinical.models import Letter, Prescription
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import PatientFactory
from tests.clinical.reading import text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def prescription(doctor):
    patient = PatientFactory(user__first_name="क्षत्रिय", user__last_name="शर्मा")
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    prescription = PrescriptionFactory(doctor=doctor, patient=patient)
    PrescriptionItemFactory(prescription=prescription)
    return prescription


def test_a_signed_prescription_is_printed_by_one_key(page_for, doctor, prescription, problems):
    page = page_for(doctor)
    page.goto(reverse("clinical:prescription_detail", args=[prescription.pk]))
    paper = reverse("clinical:prescription_print", args=[prescription.pk])
    with page.context.expect_event("request", lambda request: paper in request.url):
        page.keyboard.press("p")
    answer = page.request.get(paper)
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.body())
    assert "Natrum muriaticum 200C" in text
    assert "क्षत्रिय शर्मा" in text
    assert problems == []


def test_a_certificate_is_written_by_keyboard(page_for, doctor, prescription, sees, problems):
    page = page_for(doctor)
    page.goto(reverse("clinical:letter_certify", args=[prescription.patient_id]))
    page.get_by_label("Certificate of visit").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Say until when").wait_for()
    problems.clear()  # 422 is told on the console too
    expect(page.get_by_label("Certificate of illness")).to_be_checked()
    page.get_by_label("Last day").fill(page.get_by_label("Day, or first day").input_value())
    page.get_by_label("Remarks").fill("Rest was advised.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Certificate of illness").wait_for()
    sees(page, "doctor-certificate")
    letter = Letter.objects.get()
    assert "Rest was advised." in text_of(page.request.get(reverse("clinical:letter_print", args=[letter.pk])).body())
    assert problems == []


def test_a_pharmacy_checks_a_code(page_for, prescription, sees, problems):
    page = page_for()
    page.goto(f"/rx/{prescription.check_code.lower()}/")
    page.get_by_role("heading", name="This prescription is genuine").wait_for()
    sees(page, "pharmacy-genuine")
    prescription = Prescription.objects.get()
    prescription.archived_at = prescription.signed_at
    prescription.save()
    page.reload()
    page.get_by_role("heading", name="not valid any more").wait_for()
    sees(page, "pharmacy-void")
    assert problems == []
