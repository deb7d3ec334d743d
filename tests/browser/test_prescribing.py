"""A prescription written with the keyboard alone: repeated, changed, warned of, signed, replaced."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinical.models import Prescription, PrescriptionTemplate
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.scheduling import AppointmentFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning", "remedies")]


@pytest.fixture
def treated(doctor, patient, remedies):
    """A patient who takes Rhus toxicodendron since today."""
    ConsultationFactory(doctor=doctor, patient=patient)
    AppointmentFactory(doctor=doctor, patient=patient)
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(doctor=doctor, patient=patient),
        remedy=remedies.get(abbreviation="rhus-t."),
        medicine_name="Rhus toxicodendron",
        potency="30C",
    )
    return patient


def tab_to(page, selector):
    """Press Tab until the focus is on `selector`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not come to {selector}")


def types(page, *values):
    """Type the values into one field after the other; None leaves a field as it is."""
    for number, value in enumerate(values):
        if number:
            page.keyboard.press("Tab")
        if value is not None:
            page.keyboard.press("Control+a")
            page.keyboard.type(value)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_prescription_is_written_by_keyboard_alone(page_for, doctor, treated, sees, problems, width):
    page = page_for(doctor, width=width)
    page.goto(reverse("clinical:patient_prescription_create", args=[treated.pk]))

    # One key repeats the last one, and the potency waits to be changed.
    page.keyboard.press("r")
    page.get_by_text("Unchanged").wait_for()
    expect(page.locator("[name=items-0-medicine_name]")).to_have_value("Rhus toxicodendron")
    expect(page.locator("[name=items-0-potency]")).to_be_focused()
    types(page, "200 ch")
    tab_to(page, "[data-formset-add]")
    page.locator(".rx-change b", has_text="200C").wait_for()

    # A remedy is picked by its abbreviation, one that does not go with the other.
    page.keyboard.press("Enter")
    box = page.locator("[name=items-1-medicine_name]")
    expect(box).to_be_focused()
    with page.expect_response(lambda answer: "=apis&" in (answer.request.post_data or "")):
        page.keyboard.type("apis")
    option = page.get_by_role("option", name="Apis mellifica")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    sees(page, "prescribe-pick")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Apis mellifica")
    expect(box).to_have_attribute("aria-expanded", "false")
    types(page, "30", None, "4 globules", "twice a day", "2 w")
    page.locator(".rx-caution", has_text="Apis mellifica and Rhus toxicodendron are inimical.").wait_for()
    sees(page, "prescribe-caution")

    # Without a reason it is not signed, and nothing is lost.
    page.keyboard.press("Control+Enter")
    page.get_by_text("Change the remedy, or say why it stays.").wait_for()
    expect(page.locator("[name=items-0-potency]")).to_have_value("200 ch")
    sees(page, "prescribe-refused")
    problems.clear()
    tab_to(page, "[name=items-1-override_reason]")
    page.keyboard.type("On different days")
    page.keyboard.press("Control+Enter")
    page.get_by_text("is signed").first.wait_for()
    sees(page, "prescribe-signed")

    lines = Prescription.objects.latest("created_at").items.order_by("position")
    assert [(line.label, line.duration, line.override_reason) for line in lines] == [
        ("Rhus toxicodendron 200C", "1 day", ""),
        ("Apis mellifica 30C", "2 weeks", "On different days"),
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_list_says_what_goes_well_with_the_last_remedy(page_for, doctor, treated, sees, width, scheme):
    page = page_for(doctor, width=width, scheme=scheme)
    page.goto(reverse("clinical:patient_prescription_create", args=[treated.pk]))
    page.get_by_role("button", name="Add a line").press("Enter")
    page.keyboard.type("bry")
    option = page.get_by_role("option", name="Bryonia alba")
    expect(option).to_contain_text("complementary to Rhus toxicodendron")
    sees(page, f"prescribe-pick-hint-{scheme}")


def test_favourites_are_kept_and_put_in_and_what_is_signed_is_replaced(page_for, doctor, treated, sees):
    page = page_for(doctor, scheme="dark")
    signed = Prescription.objects.get()
    page.goto(reverse("clinical:prescription_replace", args=[signed.pk]))
    page.get_by_role("button", name="Keep this line as a favourite").press("Enter")
    page.get_by_text("“Rhus toxicodendron 30C” is kept.").wait_for()
    assert PrescriptionTemplate.objects.get().doctor == doctor
    page.locator("summary", has_text="Templates").press("Enter")
    sees(page, "prescribe-templates-dark")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=items-1-medicine_name]")).to_have_value("Rhus toxicodendron")
    expect(page.locator("[name=items-0-potency]")).to_be_focused()
    page.get_by_role("button", name="Remove this line").nth(1).press("Enter")

    page.locator("[name=items-0-potency]").fill("Q")
    page.get_by_label("Why it is replaced").fill("Potency misread")
    page.get_by_label("Why it is replaced").press("Enter")
    page.get_by_text("two readings").wait_for()
    page.locator("[name=items-0-potency]").fill("LM 1")
    sees(page, "prescribe-replace-dark")
    page.keyboard.press("Control+Enter")
    page.get_by_text("stays on record as replaced").wait_for()
    page.get_by_role("link", name="Open the old one").click()
    page.get_by_text("Replaced: not to be dispensed.").wait_for()
    sees(page, "prescribe-replaced-dark")

    new = Prescription.objects.get(replaces=signed)
    assert (new.items.get().potency, new.replace_reason) == ("LM1", "Potency misread")
    page.goto(reverse("clinical:prescription_template_list"))
    sees(page, "prescribe-template-list-dark")


def test_without_javascript_everything_can_be_prescribed(page_for, doctor, treated, shot):
    page = page_for(doctor, java_script_enabled=False)
    page.goto(reverse("clinical:patient_prescription_create", args=[treated.pk]))
    page.get_by_role("button", name="Repeat the last one").click()
    expect(page.locator("[name=items-0-medicine_name]")).to_have_value("Rhus toxicodendron")
    page.get_by_role("button", name="Add another line").click()
    for field, value in {
        "medicine_name": "nat mur",
        "potency": "1000",
        "dosage": "4 globules",
        "frequency": "at night",
        "duration": "3",
    }.items():
        page.locator(f"[name=items-1-{field}]").fill(value)
    shot(page, "prescribe-no-script")
    page.get_by_role("button", name="Sign").click()
    page.get_by_text("is signed").first.wait_for()

    lines = Prescription.objects.latest("created_at").items.order_by("position")
    assert [line.label for line in lines] == ["Rhus toxicodendron 30C", "Natrum muriaticum 1M"]
