"""A visit written and prescribed on one page, by keyboard, and what keeps its typed lines."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from clinical.models import Consultation, NoteDraft, Prescription
from homeo.demo.factories.accounts import PASSWORD
from homeo.demo.factories.clinical import (
    ComplaintFactory,
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from tests.browser.test_notes import KEPT, Server, wait_for
from tests.browser.test_prescribing import tab_to, types

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning", "remedies")]


@pytest.fixture
def note(doctor, patient, remedies):
    """The follow-up of a patient who takes Rhus toxicodendron since the first visit."""
    first = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    ComplaintFactory(consultation=first, name="Sprained ankle")
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(doctor=doctor, patient=patient, consultation=first),
        remedy=remedies.get(abbreviation="rhus-t."),
        medicine_name="Rhus toxicodendron",
        potency="30C",
    )
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="", layout="FOLLOW_UP")


@pytest.fixture
def path(note):
    return reverse("clinical:consultation_update", args=[note.pk])


def box(page, name, row=0):
    return page.locator(f"[name=items-{row}-{name}]")


def kept_line(column="potency", row=0):
    draft = NoteDraft.objects.latest_first().first()
    return draft.fields.get(f"items-{row}-{column}", [""])[0] if draft else ""


def kept(page):
    return page.locator("[data-saved]").get_by_text(KEPT)


def follow_up(page):
    """Write the note by keyboard."""
    tab_to(page, "[name$=-value]")
    page.keyboard.press("ArrowRight")
    tab_to(page, "[name$=-now]")
    page.keyboard.type("Walks again")
    tab_to(page, "[name=decision]")
    page.keyboard.press("Space")
    tab_to(page, "[name=complaints]")
    page.keyboard.type("Stiff in the morning")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_follow_up_and_its_prescription_are_written_by_keyboard_on_one_page(
    page_for, doctor, note, path, sees, problems, width, scheme
):
    page = page_for(doctor, width=width, scheme=scheme)
    page.goto(path)
    keys = page.keyboard
    follow_up(page)

    # Out of the field, then one key puts the last prescription in, and its potency waits to be changed.
    keys.press("Escape")
    expect(page.locator("body")).to_be_focused()
    keys.press("r")
    page.get_by_text("Unchanged").wait_for()
    expect(box(page, "medicine_name")).to_have_value("Rhus toxicodendron")
    expect(box(page, "potency")).to_be_focused()
    expect(page.get_by_label("Complaints")).to_have_value("Stiff in the morning")
    types(page, "200 ch")
    keys.press("Escape")
    page.locator(".rx-change b", has_text="200C").wait_for()

    # Another line, picked by its abbreviation, which does not go with the first one.
    keys.press("n")
    keys.type("apis")
    page.get_by_role("option", name="Apis mellifica").wait_for()
    keys.press("Enter")
    types(page, "30", None, "4 globules", "twice a day", "2 w")
    page.locator(".rx-caution", has_text="are inimical.").wait_for()
    kept(page).wait_for()
    wait_for(lambda: kept_line("duration", 1) == "2 w")
    sees(page, f"note-prescribe-{scheme}")

    # Refused without its reason, and everything typed stays.
    keys.press("Control+Enter")
    page.get_by_text("The prescription is not complete").wait_for()
    expect(page.get_by_label("Complaints")).to_have_value("Stiff in the morning")
    sees(page, f"note-prescribe-refused-{scheme}")
    problems.clear()
    keys.press("p")
    tab_to(page, "[name=items-1-override_reason]")
    keys.type("On different days")
    tab_to(page, "[name=rx-notes]")
    keys.type("No coffee")
    keys.press("Control+Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    draft = Prescription.objects.get(consultation=note)
    assert not draft.is_signed
    sees(page, f"note-prescribed-{scheme}")

    page.get_by_role("button", name="Sign and complete").press("Enter")
    page.get_by_text("its prescription is signed too").wait_for()
    draft.refresh_from_db()
    note.refresh_from_db()
    assert draft.signed_at == note.completed_at
    assert draft.notes == "No coffee"
    assert [(one.label, one.duration, one.override_reason) for one in draft.items.order_by("position")] == [
        ("Rhus toxicodendron 200C", "1 day", ""),
        ("Apis mellifica 30C", "2 weeks", "On different days"),
    ]
    assert note.responses.get().now == "Walks again"
    assert not NoteDraft.objects.exists()


def test_the_key_for_the_prescription_works_from_the_list_of_keys(page_for, doctor, path, sees):
    page = page_for(doctor)
    page.goto(path)
    page.keyboard.press("p")
    expect(box(page, "medicine_name")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    shortcuts.get_by_text("Prescription", exact=True).wait_for()
    expect(shortcuts.get_by_text("Repeat the last one")).to_have_count(1)


def test_two_tabs_with_lines_are_told_and_merge(page_for, doctor, note, path, sees):
    one = page_for(doctor)
    one.goto(path)
    other = one.context.new_page()
    other.goto(path)
    box(one, "medicine_name").fill("sulph")
    box(one, "potency").fill("30")
    kept(one).wait_for()
    other.get_by_label("Complaints").fill("Better")
    box(other, "medicine_name").fill("nat-m")
    box(other, "potency").fill("200")
    other.locator("[data-saved]").get_by_text("was changed in another window").wait_for()
    other.get_by_role("button", name="Sign and complete").click()
    other.get_by_text("Another window has text of this note").wait_for()
    assert Consultation.objects.get(pk=note.pk).status == "IN_PROGRESS"
    sees(other, "note-prescribe-conflict")
    other.get_by_role("button", name="Merge both versions").click()
    for row, name in enumerate(("Natrum muriaticum", "Sulphur")):
        expect(box(other, "medicine_name", row)).to_have_value(name)
    for row in (0, 1):
        for field, text in {"dosage": "4 globules", "frequency": "at night", "duration": "1"}.items():
            box(other, field, row).fill(text)
    other.get_by_role("button", name="Sign and complete").click()
    other.get_by_text("its prescription is signed too").wait_for()
    assert Prescription.objects.get(consultation=note).items.count() == 2

    # The first tab learns of it, and what it types is kept.
    box(one, "potency").fill("1M")
    one.locator("[data-saved]").get_by_text("was signed in another window").wait_for()
    assert kept_line() == "1M"
    one.close(run_before_unload=False)


def test_lines_outlive_the_session_and_the_window(page_for, doctor, note, path, sees, problems):
    page = page_for(doctor)
    page.goto(path)
    page.get_by_label("Complaints").fill("Better")
    box(page, "medicine_name").fill("nat-m")
    kept(page).wait_for()
    Session.objects.all().delete()
    box(page, "potency").fill("1m")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.wait_for()
    sees(page, "note-prescribe-signed-out")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    wait_for(lambda: kept_line() == "1m")
    problems[:] = [one for one in problems if "401" not in one]

    box(page, "dosage").fill("One dose")
    page.close(run_before_unload=False)
    wait_for(lambda: kept_line("dosage") == "One dose")
    again = page_for(doctor)
    again.goto(path)
    again.get_by_text("This is what you had typed until").wait_for()
    for name, text in {"medicine_name": "nat-m", "potency": "1m", "dosage": "One dose"}.items():
        expect(box(again, name)).to_have_value(text)
    expect(again.get_by_label("Complaints")).to_have_value("Better")
    assert not Prescription.objects.filter(consultation=note).exists()


def test_repeating_with_the_session_gone_asks_and_goes_on(page_for, doctor, path, problems):
    page = page_for(doctor)
    page.goto(path)
    Session.objects.all().delete()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Unchanged").wait_for()
    expect(box(page, "medicine_name")).to_have_value("Rhus toxicodendron")
    problems[:] = [one for one in problems if "401" not in one]


def test_with_the_server_killed_lines_are_kept_once_it_is_back(page_for, client_of, doctor, note, path, problems):
    server = Server()
    server.start()
    home = f"http://{server.address}"
    try:
        page = page_for()
        cookies = client_of(doctor).cookies.values()
        page.context.add_cookies([{"name": c.key, "value": c.value, "url": home} for c in cookies])
        page.goto(home + path)
        box(page, "medicine_name").fill("nat-m")
        kept(page).wait_for()
        server.kill()
        box(page, "potency").fill("1m")
        page.locator("[data-saved]").get_by_text("Not saved yet, trying again").wait_for()
        server.start()
        kept(page).wait_for()
        wait_for(lambda: kept_line() == "1m")
        page.close(run_before_unload=False)
    finally:
        server.kill()
    problems[:] = [one for one in problems if not one.startswith(f"another host: {home}/") and "htmx:" not in one]


def test_without_javascript_the_visit_is_prescribed_on_the_page_too(page_for, doctor, note, path, shot):
    page = page_for(doctor, java_script_enabled=False)
    page.goto(path)
    page.get_by_label("Complaints").fill("Better")
    page.get_by_role("button", name=re.compile("Repeat the last one")).click()
    expect(box(page, "medicine_name")).to_have_value("Rhus toxicodendron")
    expect(page.get_by_label("Complaints")).to_have_value("Better")
    page.get_by_role("button", name="Add another line").click()
    for field, text in {
        "medicine_name": "nat mur",
        "potency": "1000",
        "dosage": "4 globules",
        "frequency": "at night",
        "duration": "3",
    }.items():
        box(page, field, 1).fill(text)
    shot(page, "note-prescribe-no-script")
    page.get_by_role("button", name="Sign and complete").click()
    page.get_by_text("its prescription is signed too").wait_for()
    lines = Prescription.objects.get(consultation=note).items.order_by("position")
    assert [one.label for one in lines] == ["Rhus toxicodendron 30C", "Natrum muriaticum 1M"]
