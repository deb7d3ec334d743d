"""The consulting room in a browser: what a doctor types is never lost, whatever happens to the session."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from clinical.models import Consultation, NoteDraft, Prescription
from homeo.demo.factories.accounts import PASSWORD
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling.services import check_in_appointment
from tests.browser.test_clinic_day import ODD, line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]


@pytest.fixture
def consultation(doctor, patient):
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="")


@pytest.fixture
def writing(consultation):
    """The address of the page on which the consultation is written."""
    return reverse("clinical:consultation_update", args=[consultation.pk])


def kept_complaints():
    return Consultation.objects.get().complaints.replace("\r\n", "\n")


def test_after_a_long_silence_one_signs_in_over_the_page(page_for, doctor, writing, problems, sees):
    page = page_for(doctor)
    page.clock.install()
    page.goto(writing)
    page.get_by_label("Complaints").fill(ODD)
    page.clock.fast_forward("00:00:03")
    page.locator("[data-saved]").get_by_text(re.compile(r"Saved \d\d:\d\d:\d\d")).wait_for()
    page.clock.fast_forward("13:00:00")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()

    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.wait_for()
    sees(page, "doctor-signed-out")
    expect(dialog.get_by_text(doctor.email)).to_be_visible()
    dialog.get_by_role("button", name="Not now").click()
    expect(page.get_by_label("Complaints")).to_have_value(ODD)
    assert kept_complaints() == ""

    page.get_by_label("Complaints").press("Control+Enter")
    dialog.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    dialog.get_by_text("do not go together").wait_for()
    problems.clear()
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    expect(page.get_by_label("Complaints")).to_have_value(ODD)
    assert kept_complaints() == ODD


def test_with_the_session_alive_nothing_is_asked_after_a_long_silence(page_for, doctor, writing):
    page = page_for(doctor)
    page.clock.install()
    page.goto(writing)
    page.get_by_label("Complaints").fill(ODD)
    page.clock.fast_forward("01:00:00")
    page.get_by_role("button", name="Sign and complete").click()
    page.get_by_text("is signed and complete").wait_for()

    assert Consultation.objects.get().status == "COMPLETED"


def test_nothing_is_sent_for_somebody_else(page_for, doctor, writing, client_of, live_server, problems, sees):
    page = page_for(doctor)
    page.goto(writing)
    cookies = client_of(DoctorFactory().user).cookies.values()
    page.context.add_cookies([{"name": c.key, "value": c.value, "url": live_server.url} for c in cookies])
    page.get_by_label("Complaints").fill(ODD)

    page.get_by_text("Somebody else signed in here").wait_for()
    sees(page, "doctor-somebody-else")
    expect(page.get_by_label("Complaints")).to_have_value(ODD)
    assert kept_complaints() == ""
    assert not NoteDraft.objects.exists()
    problems[:] = [one for one in problems if not one.startswith("404: ")]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_is_sent_too_late_is_kept_through_the_sign_in(page_for, sign_in, doctor, writing, sees, shot, script):
    page = page_for(java_script_enabled=script)
    sign_in(page, doctor)
    page.goto(writing)
    page.get_by_label("Complaints").fill(ODD)
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("Nothing is lost").wait_for()
    page.wait_for_load_state()
    assert page.get_by_text(doctor.last_name).count() == 0
    page.get_by_label("E-mail").fill(doctor.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("do not go together").wait_for()
    (sees if script else shot)(page, "doctor-too-late")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="You are signed in again").wait_for()
    (sees if script else shot)(page, "doctor-not-sent-yet")
    page.get_by_role("button", name="Send it now").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert kept_complaints() == ODD


def test_without_javascript_a_prescription_gets_another_line(page_for, doctor, consultation, shot):
    page = page_for(doctor, java_script_enabled=False)
    page.goto(reverse("clinical:prescription_create", args=[consultation.pk]))
    line(page, 0, "Natrum muriaticum", "200C")
    page.get_by_role("button", name="Add another line").click()
    line(page, 1, "Sulphur", "30C")
    page.get_by_label("Advice").fill(ODD)
    shot(page, "no-script-prescription")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The prescription is saved").wait_for()

    items = Prescription.objects.get().items
    assert set(items.values_list("medicine_name", flat=True)) == {"Natrum muriaticum", "Sulphur"}


def test_a_repeat_is_one_key(page_for, doctor, patient, sees):
    page = page_for(doctor)
    ConsultationFactory(doctor=doctor, patient=patient)
    page.goto(reverse("clinical:patient_prescription_create", args=[patient.pk]))
    line(page, 0, "Natrum muriaticum", "200C")
    page.keyboard.press("Control+Enter")
    page.get_by_text("is signed").first.wait_for()
    sees(page, "doctor-signed-prescription")
    page.keyboard.press("r")
    page.get_by_role("button", name="Sign").wait_for()
    expect(page.locator("[name=items-0-medicine_name]")).to_have_value("Natrum muriaticum")
    page.wait_for_load_state()
    page.locator("[name=items-0-potency]").fill("1M")
    page.keyboard.press("Control+Enter")
    page.get_by_text("is signed").first.wait_for()

    potencies = Prescription.objects.order_by("created_at").values_list("items__potency", flat=True)
    assert list(potencies) == ["200C", "1M"]


def test_typed_text_is_not_left_by_a_slip(page_for, doctor, writing):
    page = page_for(doctor)
    page.goto(writing)
    page.get_by_label("Complaints").fill(ODD)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Open chart").click(no_wait_after=True)

    assert asked == ["beforeunload"]
    expect(page.get_by_label("Complaints")).to_have_value(ODD)


def test_the_next_patient_is_opened_from_the_list_by_keys(page_for, doctor, receptionist, patient, sees):
    for person in (patient, None):
        visit = AppointmentFactory(
            doctor=doctor,
            appointment_date=_today(),
            appointment_time="11:00" if person else "11:20",
            **({"patient": person} if person else {}),
        )
        check_in_appointment(actor=receptionist, appointment=visit)
    page = page_for(doctor, scheme="dark")
    page.goto("/")
    sees(page, "doctor-list-dark")
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_text(patient.name)
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=patient.name).wait_for()
    sees(page, "doctor-chart-dark")


def _today():
    from django.utils import timezone

    return timezone.localdate()
