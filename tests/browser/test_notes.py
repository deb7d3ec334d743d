"""Notes in a browser: written by keyboard, never lost, merged where two windows differ."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from clinical.models import Complaint, Consultation, NoteDraft
from homeo.demo.factories.accounts import PASSWORD
from homeo.demo.factories.clinical import ComplaintFactory, ConsultationFactory, SnippetFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]

MOST_LOST = 5  # seconds of typing
KEPT = re.compile(r"Saved \d\d:\d\d:\d\d")


@pytest.fixture
def consultation(doctor, patient):
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="", layout="FIRST")


def path(consultation):
    return reverse("clinical:consultation_update", args=[consultation.pk])


def kept_text(name="complaints"):
    draft = NoteDraft.objects.latest_first().first()
    return draft.fields[name][0] if draft else ""


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("It did not happen in time.")


def tab_to(page, name, most=60):
    """Press Tab until the focus is on the field."""
    for _n in range(most):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The keyboard does not reach {name}.")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_a_first_visit_is_written_by_keyboard(page_for, doctor, consultation, sees, shot, width, scheme):
    SnippetFactory(doctor=doctor, title="chilly", text="Wants to be covered, worse from cold air")
    SnippetFactory(doctor=doctor, title="diet", text="No coffee")
    page = page_for(doctor, width=width, scheme=scheme)
    page.goto(path(consultation))
    keys = page.keyboard
    tab_to(page, "complaints")
    keys.type("Cannot go on like this")
    tab_to(page, "complaint-0-name")
    for text in ("Headache", "over the eyes", "hammering"):
        keys.type(text)
        keys.press("Tab")
    keys.type("3")
    tab_to(page, "complaint-0-worse")
    keys.type("sun")
    page.get_by_role("button", name="Add a complaint").focus()
    keys.press("Enter")
    expect(page.locator("[name=complaint-1-name]")).to_be_focused()
    keys.type("Low mood")
    tab_to(page, "mind")
    keys.type("Silent grief. ;chi")
    page.locator("#snippets").wait_for()
    shot(page, f"note-snippets-{scheme}")
    keys.press("Enter")
    expect(page.locator("[name=mind]")).to_have_value("Silent grief. Wants to be covered, worse from cold air")
    keys.type(" ;")
    page.locator("#snippets").wait_for()
    keys.press("ArrowDown")
    keys.press("Escape")
    expect(page.locator("#snippets")).to_have_count(0)
    keys.press("Backspace")
    tab_to(page, "thermal")
    keys.type("Chilly")
    tab_to(page, "miasm")
    keys.press("Space")
    page.locator("[data-saved]").get_by_text(KEPT).wait_for()
    tab_to(page, "diagnosis")
    keys.type("Migraine")
    # Where neither bar lies over a field.
    page.evaluate("scrollTo(0, document.body.scrollHeight - innerHeight - 40)")
    sees(page, f"note-first-{scheme}")
    keys.press("Control+Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    page.get_by_role("button", name="Sign and complete").focus()
    keys.press("Enter")
    page.get_by_text("is signed and complete").wait_for()
    sees(page, f"note-signed-{scheme}")

    note = Consultation.objects.get()
    assert list(note.complaint_rows.values_list("name", "worse", "intensity")) == [
        ("Headache", "sun", 3),
        ("Low mood", "", None),
    ]
    assert note.case["mind"].startswith("Silent grief. Wants to be covered")
    assert (note.case["thermal"], note.case["miasm"]) == ("CHILLY", ["PSORA"])
    assert not NoteDraft.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_follow_up_is_written_by_keyboard(page_for, doctor, patient, sees, width, scheme):
    first = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    for place, name in enumerate(("Headache", "Low mood")):
        ComplaintFactory(consultation=first, name=name, position=place)
    note = ConsultationFactory(doctor=doctor, patient=patient, complaints="", layout="FOLLOW_UP")
    head, low = Complaint.objects.order_by("position")
    page = page_for(doctor, width=width, scheme=scheme)
    page.goto(path(note))
    keys = page.keyboard
    tab_to(page, f"response-{head.pk}-value")
    for _n in range(5):
        keys.press("ArrowRight")
    keys.press("ArrowRight")
    keys.press("ArrowLeft")
    tab_to(page, f"response-{head.pk}-now")
    keys.type("One this month")
    tab_to(page, f"response-{head.pk}-percent")
    keys.type("60")
    tab_to(page, f"response-{low.pk}-value")
    keys.press("Space")
    tab_to(page, "new_symptoms")
    keys.type("Hay fever for a week")
    tab_to(page, "cure_direction")
    keys.type("Old symptom returned, then")
    tab_to(page, "decision")
    for _n in range(2):
        keys.press("ArrowRight")
    page.locator("[data-saved]").get_by_text(KEPT).wait_for()
    sees(page, f"note-follow-up-{scheme}")
    page.get_by_text("Earlier notes").click()
    page.locator("#history").get_by_text("Headache over the eyes, worse from sun").wait_for()
    page.get_by_role("button", name="Sign and complete").focus()
    keys.press("Enter")
    page.get_by_text("is signed and complete").wait_for()

    note.refresh_from_db()
    told = {one.complaint.name: (one.value, one.percent, one.now) for one in note.responses.all()}
    assert told["Headache"][1:] == (60, "One this month")
    assert told["Headache"][0] in {1, 2, 3}
    assert told["Low mood"][0] == -3
    assert (note.cure_direction, note.decision) == ("OLD_RETURNED", "CHANGE_POTENCY")
    assert "Hay fever" in note.complaints
    page.goto(reverse("clinical:remedy_timeline", args=[patient.pk]))
    sees(page, f"note-timeline-{scheme}")


def test_at_most_five_seconds_of_typing_are_lost_at_any_moment(page_for, doctor, consultation):
    page = page_for(doctor)
    page.goto(path(consultation))
    page.get_by_label("Complaints").focus()
    written, late = [], []
    began = time.monotonic()
    while time.monotonic() - began < 12 or len(written) <= 50:
        page.keyboard.type("a")
        written.append(time.monotonic())
        kept = len(kept_text())
        if kept < len(written):
            late.append(time.monotonic() - written[kept])
        page.wait_for_timeout(100)
    assert max(late) < MOST_LOST
    # The window dies without a word.
    died = time.monotonic()
    page.context.close()
    assert len(written) - len(kept_text()) <= sum(one > died - MOST_LOST for one in written)


def test_what_was_typed_last_goes_out_with_the_window(page_for, doctor, consultation):
    page = page_for(doctor)
    page.goto(path(consultation))
    page.get_by_label("Complaints").fill("The last words")
    page.close(run_before_unload=False)
    other = page_for(doctor)
    wait_for(lambda: kept_text() == "The last words")
    other.goto(path(consultation))
    other.get_by_text("This is what you had typed until").wait_for()
    expect(other.get_by_label("Complaints")).to_have_value("The last words")


class Server:
    """A server in a process of its own over the test's database, which can be killed and started again."""

    CODE = (
        "import sys; from django.conf import settings; settings.DATABASES['default']['NAME'] = sys.argv[2];"
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'runserver', sys.argv[1], '--noreload'])"
    )

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"

    def start(self):
        name = connection.settings_dict["NAME"]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "homeo.settings", "DEBUG": "1"}
        command = [sys.executable, "-c", self.CODE, self.address, name]
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.DEVNULL)
        wait_for(self.answers, 60)

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://{self.address}/healthz", timeout=2).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()


def test_with_the_server_killed_the_page_says_so_and_saves_when_it_is_back(
    page_for, client_of, doctor, consultation, sees, problems
):
    server = Server()
    server.start()
    try:
        page = page_for()
        cookies = client_of(doctor).cookies.values()
        home = f"http://{server.address}"
        page.context.add_cookies([{"name": c.key, "value": c.value, "url": home} for c in cookies])
        page.goto(home + path(consultation))
        page.get_by_label("Complaints").fill("Before")
        page.locator("[data-saved]").get_by_text(KEPT).wait_for()
        server.kill()
        page.get_by_label("Complaints").fill("Before and meanwhile")
        page.locator("[data-saved]").get_by_text("Not saved yet, trying again").wait_for()
        sees(page, "note-not-saved")
        assert kept_text() == "Before"
        assert "Before" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        server.start()
        page.locator("[data-saved]").get_by_text(KEPT).wait_for()
        wait_for(lambda: kept_text() == "Before and meanwhile")
        page.get_by_label("Complaints").press("Control+Enter")
        page.get_by_text("Saved.", exact=True).wait_for()
        assert Consultation.objects.get().complaints == "Before and meanwhile"
        assert "Before" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        page.close()
    finally:
        server.kill()
    problems[:] = [one for one in problems if not one.startswith(f"another host: {home}/")]


def test_two_tabs_are_told_and_merge(page_for, doctor, consultation, sees):
    one = page_for(doctor)
    one.goto(path(consultation))
    other = one.context.new_page()
    other.goto(path(consultation))
    one.get_by_label("Complaints").fill("From the first tab")
    one.locator("[data-saved]").get_by_text(KEPT).wait_for()
    other.get_by_label("Complaints").fill("From the second tab")
    other.get_by_label("Diagnosis").fill("Migraine")
    other.locator("[data-saved]").get_by_text("was changed in another window").wait_for()
    assert NoteDraft.objects.count() == 2
    other.get_by_role("button", name="Compare both versions").click()
    other.get_by_role("heading", name="The case").wait_for()
    other.get_by_text("Another window has text of this note").wait_for()
    sees(other, "note-conflict")
    expect(other.get_by_label("What to keep of Complaints")).to_have_value("both")
    other.get_by_role("button", name="Merge both versions").click()
    other.locator("[data-saved]").get_by_text(KEPT).wait_for()
    expect(other.get_by_label("Complaints")).to_have_value(re.compile("From the second tab\n\nFrom the first tab"))
    other.get_by_label("Complaints").press("Control+Enter")
    other.get_by_text("Saved.", exact=True).wait_for()

    one.get_by_label("Notes").fill("One more thought")
    one.locator("[data-saved]").get_by_text("was changed in another window").wait_for()
    one.get_by_role("button", name="Compare both versions").click()
    one.get_by_text("You saved this in another window meanwhile").wait_for()
    one.get_by_label("What to keep of Complaints").select_option("theirs")
    one.get_by_label("What to keep of Diagnosis").select_option("theirs")
    one.get_by_role("button", name="Merge both versions").click()
    one.locator("[data-saved]").get_by_text(KEPT).wait_for()
    one.get_by_label("Complaints").press("Control+Enter")
    one.get_by_text("Saved.", exact=True).wait_for()
    note = Consultation.objects.get()
    texts = (note.complaints.replace("\r\n", "\n"), note.diagnosis, note.notes)
    assert texts == ("From the second tab\n\nFrom the first tab", "Migraine", "One more thought")


def test_an_expired_session_in_mid_note_asks_over_the_page_and_saves(page_for, doctor, consultation, sees, problems):
    page = page_for(doctor)
    page.goto(path(consultation))
    page.get_by_label("Complaints").fill("Before")
    page.locator("[data-saved]").get_by_text(KEPT).wait_for()
    Session.objects.all().delete()
    page.get_by_label("Complaints").fill("Before and after")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.wait_for()
    sees(page, "note-signed-out")
    dialog.get_by_role("button", name="Not now").click()
    page.locator("[data-saved]").get_by_text("Not saved: you are signed out").wait_for()
    assert kept_text() == "Before"
    page.get_by_role("button", name="Sign in and save").click()
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    wait_for(lambda: kept_text() == "Before and after")
    page.locator("[data-saved]").get_by_text(KEPT).wait_for()
    page.get_by_label("Complaints").press("Control+Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    assert Consultation.objects.get().complaints == "Before and after"
    problems[:] = [one for one in problems if not one.startswith("401: ")]


def test_what_a_tab_types_into_a_note_signed_elsewhere_is_kept(page_for, doctor, consultation, sees):
    page = page_for(doctor)
    page.goto(path(consultation))
    late = page.context.new_page()
    late.goto(path(consultation))
    page.get_by_label("Complaints").fill("Headache")
    page.get_by_role("button", name="Sign and complete").click()
    page.get_by_text("is signed and complete").wait_for()
    late.get_by_label("Notes").fill("And she coughs")
    late.locator("[data-saved]").get_by_text("was signed in another window").wait_for()
    late.get_by_role("button", name="Read the signed note").click()
    late.get_by_role("link", name="Make an addendum of it").click()
    late.get_by_label("Reason").wait_for()
    expect(late.get_by_role("textbox", name="Addendum")).to_have_value(re.compile("And she coughs"))
    sees(late, "note-addendum")
    late.get_by_role("button", name="Sign the addendum").click()
    late.get_by_text("The addendum is signed.").wait_for()
    sees(late, "note-with-addendum")


def test_without_javascript_a_note_is_written_too(page_for, doctor, consultation, shot):
    page = page_for(doctor, java_script_enabled=False)
    page.goto(path(consultation))
    page.get_by_label("Complaints").fill("Cough")
    page.locator("[name=complaint-0-name]").fill("Cough")
    page.get_by_role("button", name="Add another complaint").click()
    page.locator("[name=complaint-1-name]").fill("Fever")
    shot(page, "note-no-script")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert set(Complaint.objects.values_list("name", flat=True)) == {"Cough", "Fever"}
