"""The front desk in a browser: once only whatever happens, without JavaScript, by keyboard alone."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from billing.models import Invoice
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import ConsultationFactory
from patients.models import Patient
from scheduling.models import Appointment
from tests.browser.test_clinic_day import PERSON, fill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]


@pytest.fixture
def booking(doctor, patient):
    """The address of the form that books the patient with the doctor."""
    return f"{reverse('scheduling:appointment_create')}?patient={patient.pk}&doctor={doctor.pk}"


def test_a_double_click_books_once(page_for, receptionist, booking):
    page = page_for(receptionist)
    page.goto(booking)
    page.locator(".slot").first.click()
    page.get_by_role("button", name="Book the visit").dblclick()
    page.get_by_text("is booked with").wait_for()

    assert Appointment.objects.count() == 1


def test_the_keyboard_begins_at_the_first_free_time(page_for, receptionist, booking):
    page = page_for(receptionist)
    page.goto(booking)
    expect(page.locator(".slot input").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()

    assert Appointment.objects.count() == 1


def test_back_after_a_booking_does_not_book_twice(page_for, receptionist, booking, problems):
    page = page_for(receptionist)
    page.goto(booking)
    page.locator(".slot").first.click()
    page.get_by_role("button", name="Book the visit").click()
    page.get_by_text("is booked with").wait_for()
    address = page.url
    page.go_back()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("button", name="Book the visit").click()
    page.goto(address)
    page.reload()

    assert Appointment.objects.count() == 1
    # The form is new, and no time is chosen on it.
    assert all(problem.startswith("422") for problem in problems)
    problems.clear()


def test_on_a_slow_network_pressing_again_books_once(page_for, receptionist, booking):
    page = page_for(receptionist)
    page.goto(booking)
    page.locator(".slot").first.click()
    slow(page)
    for _ in range(4):
        page.keyboard.press("Control+Enter")
    page.get_by_text("is booked with").wait_for()

    assert Appointment.objects.count() == 1


def slow(page):
    """Make the network of the page that of a bad phone line: 400 ms to the server, 50 kB/s."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    session.send("Network.emulateNetworkConditions", conditions)


def test_without_javascript_a_patient_is_registered(page_for, receptionist, shot):
    page = page_for(receptionist, java_script_enabled=False)
    page.goto("/patients/new/")
    fill(page, PERSON)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#id_gender")).to_have_value("")  # the browser itself refuses the form
    page.get_by_label("Gender").select_option(label="Female")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("is registered, file number").wait_for()
    shot(page, "no-script-registered")

    assert Patient.objects.get().name == "Núria D'Souza-李"


def test_without_javascript_a_visit_is_found_and_booked(page_for, receptionist, doctor, patient, shot):
    page = page_for(receptionist, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Find a patient").fill(patient.user.last_name)
    page.get_by_label("Find a patient").press("Enter")
    page.get_by_role("link", name=f"Book {patient.name}").click()
    page.get_by_label("Doctor").select_option(doctor.pk)
    page.get_by_role("button", name="Show the free times").click()
    shot(page, "no-script-book")
    page.locator(".slot").nth(2).click()
    page.get_by_label("Reason").fill("Cough")
    page.get_by_role("button", name="Book the visit").click()
    page.get_by_text("is booked with").wait_for()

    assert Appointment.objects.get().notes == "Cough"


def test_without_javascript_an_invoice_is_paid(page_for, receptionist, patient):
    invoice = InvoiceFactory(patient=patient)
    page = page_for(receptionist, java_script_enabled=False)
    page.goto(reverse("billing:invoice_detail", args=[invoice.pk]))
    page.get_by_role("link", name="Take payment").click()
    page.get_by_label("Cash").check()
    page.get_by_role("button", name="received").click()
    page.get_by_role("heading", name="Receipt").wait_for()

    assert Invoice.objects.get().payment_status == "COMPLETED"


def test_the_box_of_somebody_signed_out_asks_for_the_password(page_for, receptionist, patient, problems, sees):
    page = page_for(receptionist)
    page.goto("/")
    Session.objects.all().delete()
    page.keyboard.press("/")
    page.keyboard.type(patient.user.last_name)
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.wait_for()
    sees(page, "desk-signed-out")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    dialog.get_by_text("do not go together").wait_for()
    sees(page, "desk-signed-out-wrong")
    dialog.get_by_label("Password").fill("homeo-demo")
    page.keyboard.press("Enter")
    page.locator("[data-hit]").wait_for()
    expect(dialog).to_be_hidden()

    # The refusals are what the test is about.
    assert all("401" in problem or problem.startswith("400") for problem in problems)
    problems.clear()


@pytest.mark.parametrize("person", ["admin", "doctor", "receptionist", "patient"])
def test_every_home_is_walked_by_keyboard(page_for, request, person, sees):
    user = request.getfixturevalue(person)
    if person == "patient":
        user = user.user
    elif person == "doctor":
        ConsultationFactory(doctor=user)
    page = page_for(user)
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto("/")
    seen = walk(page)
    assert len(seen) == len(page.evaluate(REACHABLE)), seen

    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.wait_for()
    sees(page, f"keys-{person}")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


REACHABLE = """
  [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(element =>
     !element.disabled && element.type !== 'hidden' && element.checkVisibility({visibilityProperty: true}) &&
    element.getClientRects().length > 0)"""


def walk(page, most=200):
    """Press Tab through the whole page; each stop shows its focus and is in view. Return the stops."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return null;
              const style = getComputedStyle(element), box = element.getBoundingClientRect();
              const around = element.closest('label, .find-box, .ctl-in');
              const isMarked = (one) => one && (getComputedStyle(one).outlineStyle !== 'none' ||
                getComputedStyle(one).boxShadow !== 'none');
              element.dataset.walked ??= Math.random();
              return {
                id: element.dataset.walked,
                name: element.outerHTML.slice(0, 120),
                isMarked: isMarked(element) || isMarked(around),
                isInView: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
              };
            }"""
        )
        if stop is None or any(stop["id"] == other["id"] for other in stops):
            return stops
        assert stop["isMarked"], f"focus is not visible: {stop['name']}"
        assert stop["isInView"], f"focus is out of view: {stop['name']}"
        stops.append(stop)
    raise AssertionError("the walk does not end")
