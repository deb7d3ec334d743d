"""What is in a template, of a note or of prescriptions, can be changed; a stale save is refused and shown."""

import pytest
from django.urls import reverse

from clinical import services
from clinical.models import PrescriptionTemplate, Snippet
from homeo.base.errors import DomainError
from homeo.demo.factories.clinical import PrescriptionTemplateFactory, SnippetFactory, TemplateItemFactory
from homeo.demo.factories.scheduling import DoctorFactory
from tests.clinical.conftest import prescription_data

pytestmark = pytest.mark.django_db

LINE = {
    "medicine_name": "bell",
    "potency": "200 ch",
    "form": "GLOBULES",
    "dosage": "4 globules",
    "frequency": "at night",
    "duration": "2 w",
}
PARTS = {
    "fields": {"complaints": "Check-up", "mind": "Calm", "miasm": ["PSORA"], "decision": "WAIT"},
    "rows": [{"id": "", "name": "Cough", "worse": "night"}],
}


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


@pytest.fixture
def fever(doctor):
    """A template of one line: Natrum muriaticum."""
    return TemplateItemFactory(template__doctor=doctor, template__name="Fever", template__notes="Rest").template


@pytest.fixture
def check_up(doctor):
    """A template of a note."""
    rows = [dict.fromkeys(("location", "sensation", "better"), "") | PARTS["rows"][0]]
    full = dict.fromkeys(("concomitants", "onset", "cause", "own_words", "intensity"), "")
    parts = {"fields": PARTS["fields"], "rows": [rows[0] | full]}
    return SnippetFactory(doctor=doctor, title="Check-up", text="", parts=parts)


# ── Prescriptions ───────────────────────────────────────────────────────────
def lines_of(template, *lines, **fields):
    template.refresh_from_db()
    return prescription_data(*lines, **({"version": template.version, "name": template.name, "notes": ""} | fields))


def test_name_lines_and_advice_of_a_template_are_changed(at_work, fever):
    page = at_work.get(url("prescription_template_update", fever))
    form = page.context["form"]
    assert (form["name"].value(), form["notes"].value(), len(form.items.forms)) == ("Fever", "Rest", 1)
    data = lines_of(fever, LINE, LINE | {"medicine_name": "sulph"}, name="High fever", notes="Water")
    assert at_work.post(url("prescription_template_update", fever), data).status_code == 302
    fever.refresh_from_db()
    assert (fever.name, fever.notes) == ("High fever", "Water")
    assert [(one.medicine_name, one.potency, one.duration, one.days) for one in fever.items.all()] == [
        ("Belladonna", "200C", "2 weeks", 14),
        ("Sulphur", "200C", "2 weeks", 14),
    ]
    assert PrescriptionTemplate.history.filter(id=fever.pk).count() == 2


def test_a_stale_save_of_a_template_is_shown_and_not_taken(at_work, doctor, fever):
    stale = lines_of(fever, LINE, name="Mine")
    services.change_prescription_template(
        actor=doctor,
        template=fever,
        name="Theirs",
        items=[LINE | {"medicine_name": "acon", "quantity": "", "notes": ""}],
    )
    answer = at_work.post(url("prescription_template_update", fever), stale)
    assert answer.status_code == 409
    text = answer.content.decode()
    for word in ("Mine", "Theirs", "bell", "Aconitum napellus", "while you were writing"):
        assert word in text
    fever.refresh_from_db()
    assert fever.name == "Theirs"
    again = stale | {"version": answer.context["form"]["version"].value()}
    assert at_work.post(url("prescription_template_update", fever), again).status_code == 302
    assert PrescriptionTemplate.objects.get().items.get().medicine_name == "Belladonna"


@pytest.mark.parametrize(
    ("lines", "fields", "said"),
    [
        ([], {}, "Write at least one remedy"),
        ([LINE | {"potency": "Q"}], {}, "two readings"),
        ([LINE], {"name": ""}, "This field is required"),
        ([LINE], {"name": "cough"}, "You have a template with this name"),
    ],
)
def test_what_is_not_right_in_a_template_is_refused(lines, fields, said, at_work, doctor, fever):
    TemplateItemFactory(template__doctor=doctor, template__name="Cough")
    answer = at_work.post(url("prescription_template_update", fever), lines_of(fever, *lines, **fields))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    fever.refresh_from_db()
    assert (fever.name, fever.items.get().medicine_name) == ("Fever", "Natrum muriaticum")


def test_another_line_of_a_template_can_be_asked_for_without_script(at_work, fever):
    data = lines_of(fever, LINE, name="Typed") | {"add_line": "1"}
    form = at_work.post(url("prescription_template_update", fever), data).context["form"]
    assert (form["name"].value(), len(form.items.forms)) == ("Typed", 2)
    assert form["version"].value() == fever.version


def test_a_template_that_is_put_away_or_somebody_elses_is_not_changed(at_work, doctor, fever):
    foreign = TemplateItemFactory().template
    assert at_work.post(url("prescription_template_update", foreign), lines_of(foreign, LINE)).status_code == 404
    with pytest.raises(DomainError):
        services.change_prescription_template(actor=doctor, template=foreign, name="Mine", items=[LINE])
    services.archive_prescription_template(actor=doctor, template=fever)
    assert at_work.get(url("prescription_template_update", fever)).status_code == 404
    with pytest.raises(DomainError):
        services.change_prescription_template(actor=doctor, template=fever, name="Again", items=[LINE])


@pytest.mark.parametrize("lines", [1, 30])
def test_the_page_of_a_template_costs_the_same_with_many_lines(lines, at_work, doctor, django_assert_num_queries):
    template = PrescriptionTemplateFactory(doctor=doctor)
    TemplateItemFactory.create_batch(lines, template=template)
    with django_assert_num_queries(4):
        at_work.get(url("prescription_template_update", template))


# ── Notes ───────────────────────────────────────────────────────────────────
def note_of(template, **fields):
    template.refresh_from_db()
    data = {"version": template.version, "title": template.title, "complaints": "Check-up", "mind": "Calm"}
    data |= {"miasm": ["PSORA"], "decision": "WAIT", "complaint-TOTAL_FORMS": "1", "complaint-INITIAL_FORMS": "0"}
    return data | {"complaint-0-name": "Cough", "complaint-0-worse": "night"} | fields


def test_the_parts_of_a_template_of_a_note_are_changed(at_work, check_up):
    form = at_work.get(url("note_template_update", check_up)).context["form"]
    assert (form["title"].value(), form["mind"].value(), form["decision"].value()) == ("Check-up", "Calm", "WAIT")
    assert form.rows.forms[0]["worse"].value() == "night"
    data = note_of(check_up, title="Yearly", mind="Restless", miasm=["SYCOSIS"], is_favourite="on")
    assert at_work.post(url("note_template_update", check_up), data).status_code == 302
    check_up.refresh_from_db()
    assert (check_up.title, check_up.is_favourite, check_up.text) == ("Yearly", True, "")
    assert check_up.parts["fields"] == {
        "complaints": "Check-up",
        "mind": "Restless",
        "miasm": ["SYCOSIS"],
        "decision": "WAIT",
    }
    assert [row["name"] for row in check_up.parts["rows"]] == ["Cough"]
    assert Snippet.history.filter(id=check_up.pk).count() == 2


def test_a_stale_save_of_a_note_template_is_shown_and_not_taken(at_work, doctor, check_up):
    stale = note_of(check_up, mind="Mine")
    services.save_snippet(actor=doctor, snippet=check_up, parts={"fields": {"mind": "Theirs"}, "rows": []})
    answer = at_work.post(url("note_template_update", check_up), stale)
    assert answer.status_code == 409
    found = {row["label"]: (row["typed"], row["stored"]) for row in answer.context["conflict"]["differences"]}
    assert found["Mind"] == ("Mine", "Theirs")
    assert found["Complaint 1"][1] == "empty"
    check_up.refresh_from_db()
    assert check_up.parts["fields"] == {"mind": "Theirs"}
    again = stale | {"version": answer.context["form"]["version"].value()}
    assert at_work.post(url("note_template_update", check_up), again).status_code == 302
    check_up.refresh_from_db()
    assert check_up.parts["fields"]["mind"] == "Mine"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"title": "Taken"}, "You have a snippet of this name already"),
        ({"mind": "x" * 4001}, "at most 4000"),
        ({"thermal": "LUKEWARM"}, "Select a valid choice"),
        ({"complaint-0-name": "x" * 500}, "at most"),
        (
            {"complaints": "", "mind": "", "miasm": [], "decision": "", "complaint-TOTAL_FORMS": "0"},
            "Nothing stands in the template",
        ),
    ],
)
def test_what_is_not_right_in_a_note_template_is_refused(fields, said, at_work, doctor, check_up):
    SnippetFactory(doctor=doctor, title="Taken")
    answer = at_work.post(url("note_template_update", check_up), note_of(check_up, **fields))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    check_up.refresh_from_db()
    assert check_up.parts["fields"] == PARTS["fields"]


def test_another_complaint_of_a_template_can_be_asked_for_without_script(at_work, check_up):
    data = note_of(check_up, title="Typed", mind="Typed too", add_row="1")
    form = at_work.post(url("note_template_update", check_up), data).context["form"]
    assert (form["title"].value(), form["mind"].value(), len(form.rows.forms)) == ("Typed", "Typed too", 2)


def test_texts_and_templates_have_each_their_own_page(at_work, doctor, check_up, client_of, receptionist):
    text = SnippetFactory(doctor=doctor)
    assert at_work.get(url("note_template_update", text)).status_code == 404
    assert at_work.get(url("snippet_update", check_up)).status_code == 404
    page = at_work.get(reverse("clinical:snippet_list")).content.decode()
    assert url("note_template_update", check_up) in page
    assert url("snippet_update", text) in page
    for person, status in {DoctorFactory().user: 404, receptionist: 403}.items():
        assert client_of(person).post(url("note_template_update", check_up), note_of(check_up)).status_code == status
