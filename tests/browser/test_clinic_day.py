"""A day of the clinic, from the phone call to the audit log: everything is typed and clicked, nothing is prepared."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditLog, User
from billing.models import Invoice
from clinical.models import Consultation, Prescription
from homeo.demo.factories.patients import MedicalRecordFactory, PatientFactory
from patients.models import Patient
from scheduling import services as scheduling
from scheduling.models import Appointment, SchedulingRules

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]

EMAIL = "nuria@homeo.example"
PASSWORD = "four globules at night"
ODD = 'Ñandú & 李 says: "it\'s <b>bold</b>"\nworse at 3 a.m.'
PERSON = {
    "First name": "Núria",
    "Last name": "D'Souza-李",
    "Date of birth": "1988-02-29",
    "Phone": "98230 55614",
    "E-mail": EMAIL,
    "Street address": "12 Karve Road",
    "City": "Pune",
    "Postal code": "411038",
    "State or province": "Maharashtra",
    "Country": "India",
}


def test_a_day_of_the_clinic(page_for, sign_in, sees, doctor, receptionist, admin, problems):
    desk = page_for()
    sign_in(desk, receptionist)
    register(desk, sees)
    book_by_keyboard(desk, sees, doctor, receptionist)
    # The taken slot is what the desk is told of.
    assert len(problems) == 1
    assert problems.pop().startswith("409")
    receive(desk, sees)

    room = page_for()
    sign_in(room, doctor)
    write(room, sees)
    prescribe(room, sees)

    take_payment(desk, sees)

    phone = page_for(width=360, has_touch=True)
    choose_password(phone)
    read_own_page(phone, sees, doctor)
    ask_and_cancel(phone, sees)

    office = page_for()
    sign_in(office, admin)
    read_figures_and_log(office, sees)
    suspend(office, doctor)

    room.get_by_role("link", name="Patients").first.click()
    room.wait_for_url("**/accounts/login/**")


def fill(page, values):
    for label, value in values.items():
        page.locator("#main").get_by_label(label).first.fill(value)


def register(page, sees):
    page.keyboard.press("/")
    page.keyboard.type("Nuria")
    page.locator("#find-results").get_by_text("Nobody is called").wait_for()
    sees(page, "desk-nobody-found")
    page.locator("#find-results").get_by_role("link", name="New patient").click()
    fill(page, PERSON)
    page.get_by_label("Gender").select_option(label="Female")
    sees(page, "desk-new-patient")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("is registered, file number").wait_for()
    assert mail.outbox[-1].to == [EMAIL]

    # The same person once more, by somebody who did not look.
    page.goto("/patients/new/")
    fill(page, PERSON | {"First name": "Nuria", "E-mail": ""})
    page.get_by_label("Gender").select_option(label="Female")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("Is it one of these?").wait_for()
    sees(page, "desk-duplicate")
    assert page.get_by_label("Last name").input_value() == PERSON["Last name"]
    assert Patient.objects.count() == 1


def book_by_keyboard(page, sees, doctor, receptionist):
    """From the ringing phone to the booked visit; somebody else takes the slot while the form is open."""
    page.goto("/")
    keys = page.keyboard
    keys.press("/")
    keys.type("nuria dsouza")
    page.locator("[data-hit]").wait_for()
    sees(page, "desk-found")
    keys.press("ArrowDown")
    keys.press("b")
    page.get_by_role("heading", name="Book a visit").wait_for()
    page.locator("[name=slot]:focus").wait_for()
    keys.press("Space")
    chosen = page.locator("#slots input[name=slot]:checked")
    time = chosen.locator("xpath=..").inner_text()
    keys_to(page, "[name=notes]", 8)
    keys.type("Headache, again")
    sees(page, "desk-book")
    other = PatientFactory(user__first_name="Quick", user__last_name="Caller")
    clock = dt.time.fromisoformat(time.strip())
    scheduling.book_appointment(
        actor=receptionist,
        patient=other,
        doctor=doctor,
        appointment_date=timezone.localdate(),
        appointment_time=clock,
    )
    keys.press("Control+Enter")

    page.get_by_text("is taken").first.wait_for()
    sees(page, "desk-conflict")
    assert page.get_by_text("for Quick Caller").is_visible()
    assert page.locator("[name=notes]").input_value() == "Headache, again"
    assert page.locator(".offers input[name=slot]").count() >= 3
    assert page.evaluate("document.activeElement.matches('.offers [name=slot]:checked')")
    keys.press("ArrowDown")
    keys.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()
    sees(page, "desk-booked")
    visit = Appointment.objects.get(patient__user__email=EMAIL)
    assert (visit.status, visit.notes) == ("CONFIRMED", "Headache, again")
    assert visit.appointment_time != clock


def keys_to(page, selector, most):
    """Press Tab, so many times at most, until the focus is on the element."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def receive(page, sees):
    """The visit stands on the board; the patient comes."""
    page.keyboard.press("t")
    page.get_by_role("heading", name=re.compile("Queue")).wait_for()
    sees(page, "desk-day")
    page.keyboard.press("/")
    page.keyboard.type("55614")
    page.locator("[data-hit]").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    page.get_by_text("is here, token 1, for").wait_for()
    sees(page, "desk-arrived")


def write(page, sees):
    page.get_by_role("heading", name="Waiting").wait_for()
    assert page.get_by_role("link", name="Núria D'Souza-李").is_visible()
    sees(page, "doctor-waiting")
    page.keyboard.press("s")
    page.get_by_text("is with you").wait_for()
    other_tab = page.context.new_page()
    other_tab.goto(page.url)
    page.get_by_label("Complaints").fill(ODD)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    assert page.get_by_label("Complaints").input_value() == ODD

    other_tab.get_by_role("textbox", name="Diagnosis").fill("Migraine, written in the other tab")
    other_tab.keyboard.press("Control+Enter")
    other_tab.get_by_text("You saved this in another window").wait_for()
    sees(other_tab, "doctor-conflict")
    shown = other_tab.get_by_role("alert").inner_text()
    assert "<b>bold</b>" in shown
    assert "Migraine, written in the other tab" in shown
    assert other_tab.get_by_role("textbox", name="Diagnosis").input_value() == "Migraine, written in the other tab"
    assert kept_complaints() == ODD
    other_tab.get_by_role("textbox", name="Complaints").fill(ODD)
    other_tab.keyboard.press("Control+Enter")
    other_tab.get_by_text("Saved.", exact=True).wait_for()
    other_tab.close()
    assert kept_complaints() == ODD
    page.reload()
    assert page.get_by_label("Diagnosis").input_value() == "Migraine, written in the other tab"


def kept_complaints():
    # Browsers send a line end as two characters.
    return Consultation.objects.get().complaints.replace("\r\n", "\n")


def prescribe(page, sees):
    page.evaluate("window.wasHere = true")
    page.get_by_role("link", name="Prescription", exact=True).click()
    assert page.evaluate("document.activeElement.name") == "items-0-medicine_name"
    line(page, 0, "Natrum muriaticum", "200C")
    page.get_by_role("button", name="Add a line").click()
    line(page, 1, "Sulphur", "30C")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add a line").click()
    line(page, 2, "Nux vomica", "6C")
    page.get_by_role("button", name="Add a line").click()
    line(page, 3, "Bryonia <i>alba</i>", "30C")
    page.get_by_role("button", name="Remove this line").nth(1).click()
    assert page.locator("#rx [data-formset-row]:visible").count() == 3
    assert page.evaluate("window.wasHere")
    sees(page, "doctor-prescription")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert not Prescription.objects.get().is_signed
    sees(page, "doctor-consultation")
    page.get_by_role("button", name="Sign and complete").click()
    page.get_by_text("is signed and complete").wait_for()
    sees(page, "doctor-complete")
    prescription = Prescription.objects.get()
    assert prescription.is_signed
    assert {item.medicine_name for item in prescription.items.all()} == {
        "Natrum muriaticum",
        "Nux vomica",
        "Bryonia <i>alba</i>",
    }
    assert Appointment.objects.get(patient__user__email=EMAIL).status == "COMPLETED"


def line(page, number, name, potency):
    for field, value in {
        "medicine_name": name,
        "potency": potency,
        "dosage": "4 globules",
        "frequency": "at night",
        "duration": "7 days",
    }.items():
        page.locator(f"[name=items-{number}-{field}]").fill(value)


def take_payment(page, sees):
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("dsouza")
    page.locator("[data-hit]").get_by_text("to pay").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    page.get_by_role("heading", name="Take payment").wait_for()
    page.get_by_label("UPI").check()
    sees(page, "desk-payment")
    page.get_by_role("button", name="received").click()
    page.get_by_role("heading", name=re.compile("Receipt")).wait_for()
    sees(page, "desk-receipt")
    invoice = Invoice.objects.get()
    assert (invoice.payment_status, invoice.payment_method) == ("COMPLETED", "UPI")


def choose_password(page):
    """By the link of the invitation, as somebody who has never been here."""
    link = re.search(r"https?://\S+", mail.outbox[0].body).group()
    page.goto(link[link.index("/accounts/") :])
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def read_own_page(page, sees, doctor):
    MedicalRecordFactory(patient=Patient.objects.get(user__email=EMAIL), uploaded_by=doctor)
    page.reload()
    for words in ("Natrum muriaticum 200C", "Bryonia <i>alba</i> 30C", "Paid", "₹600.00", "Thyroid profile"):
        assert page.get_by_text(words).first.is_visible(), words
    sees(page, "patient-home")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Thyroid profile").click()
    assert download.value.suggested_filename == "thyroid.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")


def ask_and_cancel(page, sees):
    # The clinic lets patients cancel up to the last moment, also a visit of today.
    rules = SchedulingRules.objects.current()
    rules.change_notice_hours = 0
    rules.save()
    page.get_by_role("link", name=re.compile("Book a")).first.tap()
    page.locator(".slot").first.tap()
    page.get_by_label("What is it about?").fill("Follow-up")
    sees(page, "patient-book")
    page.get_by_role("button", name="Ask for this visit").tap()
    page.get_by_text("You asked for a visit").wait_for()
    sees(page, "patient-visits")
    page.goto("/")
    assert page.get_by_text("Your next visit, today").is_visible()
    page.get_by_role("link", name="Cancel the visit").tap()
    page.get_by_label("Why can you not come?").fill("Better already")
    page.get_by_role("button", name="Cancel the visit").tap()
    page.get_by_text("Better already").wait_for()
    sees(page, "patient-cancelled")
    page.get_by_role("button", name="Undo").tap()
    page.get_by_text("is on again").wait_for()
    assert Appointment.objects.filter(patient__user__email=EMAIL, status="PENDING").count() == 1


def read_figures_and_log(page, sees):
    assert page.get_by_text("₹600").first.is_visible()
    sees(page, "admin-figures")
    page.get_by_role("link", name="Audit").first.click()
    page.get_by_role("heading", name="Audit log").wait_for()
    sees(page, "admin-audit")
    page.get_by_label("Person or patient").fill("nuria souza")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**search=*")
    assert page.get_by_role("row").filter(has_text="Núria D'Souza-李").count() >= 10
    done = set(AuditLog.objects.values_list("action", "entity"))
    assert {("CREATE", "Patient"), ("CREATE", "Appointment"), ("UPDATE", "Consultation")} <= done
    assert {("CREATE", "Prescription"), ("UPDATE", "Invoice"), ("VIEW", "Patient"), ("SIGN_IN", "User")} <= done


def suspend(page, doctor):
    page.get_by_role("link", name="Accounts").first.click()
    page.get_by_role("link", name=doctor.get_full_name()).click()
    page.get_by_label("Status").select_option("SUSPENDED")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert User.objects.get(pk=doctor.pk).status == "SUSPENDED"
