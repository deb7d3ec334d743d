"""The prescription of a visit, written on the page of its note: saved, drafted, compared, signed with it."""

import pytest
from django.urls import reverse

from clinical import services
from clinical.models import Consultation, NoteDraft, Prescription, PrescriptionItem, Remedy
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import (
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
    TemplateItemFactory,
)
from homeo.demo.factories.scheduling import DoctorFactory
from tests.clinical.conftest import prescription_data
from tests.clinical.windows import Window

pytestmark = pytest.mark.django_db

LINE = {
    "medicine_name": "nat-m",
    "potency": "1m",
    "form": "GLOBULES",
    "dosage": "4 globules",
    "frequency": "at night",
    "duration": "1",
}
SULPHUR = LINE | {"medicine_name": "sulph", "potency": "30"}
HTMX = {"HX-Request": "true"}


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


@pytest.fixture
def window(at_work, consultation):
    return lambda: Window(at_work, consultation)


@pytest.fixture
def last(consultation, doctor):
    """What the patient was prescribed before: Rhus toxicodendron 30C, with advice."""
    remedy = Remedy.objects.get(abbreviation="rhus-t.")
    prescription = PrescriptionFactory(patient=consultation.patient, doctor=doctor, notes="No coffee")
    PrescriptionItemFactory(prescription=prescription, remedy=remedy, medicine_name=remedy.name, potency="30C")
    return prescription


def labels():
    return list(PrescriptionItem.objects.order_by("position").values_list("medicine_name", "potency"))


# ── Saving ──────────────────────────────────────────────────────────────────
def test_one_save_keeps_the_note_and_the_draft_of_its_prescription(window, consultation, doctor):
    page = window()
    assert page.save(complaints="Headache", **page.lines(LINE, SULPHUR, advice="No mint")).status_code == 302
    draft = Prescription.objects.get()
    assert (draft.consultation, draft.doctor, draft.patient, draft.notes, draft.is_signed) == (
        *(consultation, doctor, consultation.patient, "No mint"),
        False,
    )
    assert labels() == [("Natrum muriaticum", "1M"), ("Sulphur", "30C")]
    consultation.refresh_from_db()
    assert consultation.complaints == "Headache"
    assert not NoteDraft.objects.exists()

    page = window()
    assert [line["medicine_name"] for line in page.shown_lines()] == ["Natrum muriaticum", "Sulphur"]
    assert page.page.context["form"].rx["notes"].value() == "No mint"


def test_a_save_that_changes_no_line_leaves_the_prescription_alone(window):
    page = window()
    page.save(complaints="Headache", **page.lines(LINE))
    before = Prescription.objects.get()
    page = window()
    page.save(complaints="Headache and cough", **page.lines(*page.shown_lines()))
    after = Prescription.objects.get()
    assert (after.version, after.history.count(), after.items.get().history.count()) == (before.version, 1, 1)
    assert Consultation.objects.get().complaints == "Headache and cough"


def test_a_changed_line_stays_the_same_row_and_no_lines_put_the_draft_away(window):
    page = window()
    page.save(**page.lines(LINE))
    item = PrescriptionItem.objects.get()
    page = window()
    page.save(**page.lines(page.shown_lines()[0] | {"potency": "200 ch"}, SULPHUR))
    assert item.pk in PrescriptionItem.objects.filter(potency="200C").values_list("pk", flat=True)
    assert PrescriptionItem.objects.count() == 2

    page = window()
    page.save(**page.lines(*(line | {"DELETE": "on"} for line in page.shown_lines())))
    assert Prescription.objects.get().is_archived
    assert window().shown_lines() == []


def test_a_note_that_is_sent_without_lines_leaves_them_alone(window):
    page = window()
    page.save(**page.lines(LINE))
    window().save(complaints="Headache")
    assert not Prescription.objects.get().is_archived
    assert labels() == [("Natrum muriaticum", "1M")]


def test_lines_of_other_prescriptions_are_refused(window, last):
    page = window()
    foreign = last.items.get()
    answer = page.save(**page.lines(LINE | {"id": foreign.pk}))
    assert answer.status_code == 422
    assert "belongs elsewhere" in answer.content.decode()
    foreign.refresh_from_db()
    assert foreign.potency == "30C"


@pytest.mark.parametrize(
    ("line", "advice", "said"),
    [
        (LINE | {"dosage": ""}, "", "This field is required"),
        (LINE | {"potency": "Q"}, "", "two readings"),
        (None, "Only advice", "Write at least one remedy"),
    ],
)
def test_what_is_not_right_is_told_and_nothing_is_saved_or_lost(line, advice, said, window, consultation):
    page = window()
    answer = page.save(complaints="Headache", complete="1", **page.lines(*filter(None, [line]), advice=advice))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert "The prescription is not complete" in text
    assert not Prescription.objects.exists()
    consultation.refresh_from_db()
    assert (consultation.complaints, consultation.status) == ("", "IN_PROGRESS")
    assert page.shows("complaints") == "Headache"
    assert len(page.shown_lines()) == (1 if line else 0)
    assert page.page.context["form"].rx["notes"].value() == advice


def test_a_caution_asks_for_its_reason_before_anything_is_saved(window, last, consultation):
    page = window()
    apis = LINE | {"medicine_name": "apis", "potency": "30"}
    answer = page.save(complaints="Headache", complete="1", **page.lines(apis))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "are inimical" in text
    assert "say why it stays" in text
    assert Consultation.objects.get(pk=consultation.pk).status == "IN_PROGRESS"
    answer = page.save(complaints="Headache", complete="1", **page.lines(apis | {"override_reason": "Weeks apart"}))
    assert answer.status_code == 302
    assert Prescription.objects.latest("created_at").items.get().override_reason == "Weeks apart"


# ── Signing ─────────────────────────────────────────────────────────────────
def test_completing_signs_what_stands_on_the_page(window, at_work):
    page = window()
    answer = at_work.post(page.path, page.typed(complaints="Headache", complete="1", **page.lines(LINE)), follow=True)
    assert "its prescription is signed too" in answer.content.decode()
    prescription = Prescription.objects.get()
    assert prescription.is_signed
    assert prescription.signed_at == Consultation.objects.get().completed_at
    assert labels() == [("Natrum muriaticum", "1M")]


def test_completing_does_not_leave_lines_of_another_window_behind(window):
    one, other = window(), window()
    other.draft(complaints="Headache", **other.lines(LINE))
    answer = one.save(complaints="Headache", complete="1", **one.lines())
    assert answer.status_code == 409
    assert "Prescription, line 1" in answer.content.decode()
    assert Consultation.objects.get().status == "IN_PROGRESS"
    one.save(
        merge="1", theirs=NoteDraft.objects.get(window=other.tokens["window"]).pk, complaints="Headache", **one.lines()
    )
    assert [line["medicine_name"] for line in one.shown_lines()] == ["Natrum muriaticum"]
    assert one.save(complaints="Headache", complete="1", **one.lines(*one.shown_lines())).status_code == 302
    assert Prescription.objects.get().is_signed


def test_lines_that_come_after_the_signature_are_kept_for_an_addendum(window, at_work, consultation):
    late, page = window(), window()
    page.save(complaints="Headache", complete="1", **page.lines(LINE))
    assert late.draft(complaints="Headache", **late.lines(LINE, SULPHUR))["kind"] == "SIGNED"
    assert "Make an addendum of it" in at_work.get(url("consultation_detail", consultation)).content.decode()
    draft = NoteDraft.objects.get()
    answer = at_work.get(f"{url('addendum_create', consultation)}?draft={draft.pk}")
    assert "Sulphur 30C, Globules, 4 globules, at night, 1 day" in answer.context["form"]["text"].value()


# ── Drafts ──────────────────────────────────────────────────────────────────
def test_typed_lines_are_in_the_draft_right_or_wrong_and_come_back(window):
    page = window()
    page.draft(complaints="Headache", **page.lines(LINE | {"potency": "Q", "dosage": ""}, advice="No mint"))
    again = window()
    assert again.page.context["restored"]
    assert [(line["medicine_name"], line["potency"], line["dosage"]) for line in again.shown_lines()] == [
        ("nat-m", "Q", "")
    ]
    assert again.page.context["form"].rx["notes"].value() == "No mint"
    assert not Prescription.objects.exists()


def test_a_draft_that_is_older_than_the_prescription_is_shown_beside_it(window, at_work, consultation):
    page = window()
    page.save(**page.lines(LINE))
    page = window()
    page.draft(**page.lines(page.shown_lines()[0] | {"potency": "10M"}))
    draft = Prescription.objects.get()
    data = prescription_data(page.shown_lines()[0] | {"potency": "30C"}, version=draft.version, notes="")
    assert at_work.post(url("prescription_update", draft), data).status_code == 302

    again = window()
    assert not again.page.context["restored"]
    assert again.shown_lines()[0]["potency"] == "30C"
    (difference,) = again.page.context["conflict"]["differences"]
    assert "30C" in difference.mine
    assert "10M" in difference.theirs


def test_a_page_that_began_before_the_prescription_changed_is_told(window, at_work):
    page = window()
    page.save(**page.lines(LINE))
    page, draft = window(), Prescription.objects.get()
    data = prescription_data(page.shown_lines()[0] | {"potency": "30C"}, version=draft.version)
    at_work.post(url("prescription_update", draft), data)

    mine = page.lines(page.shown_lines()[0] | {"potency": "10M"})
    answer = page.save(complaints="Headache", **mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "You saved this in another window meanwhile" in text
    assert "10M" in text
    assert PrescriptionItem.objects.get().potency == "30C"
    assert page.shows("complaints") == "Headache"
    assert page.save(complaints="Headache", **page.lines(*page.shown_lines())).status_code == 302
    assert PrescriptionItem.objects.get().potency == "10M"


def test_two_windows_merge_line_by_line(window):
    one, other = window(), window()
    one.save(**one.lines(LINE, advice="No mint"))
    answer = other.save(**other.lines(SULPHUR, advice="Rest"))
    assert answer.status_code == 409
    keys = {one.label: one.key for one in answer.context["conflict"]["differences"]}
    assert "Advice" in keys
    lines = [key for key in keys.values() if key.startswith("items-")]
    other.save(
        merge="1", theirs="", **other.lines(SULPHUR, advice="Rest"), **{f"keep:{key}": "both" for key in keys.values()}
    )
    assert lines
    assert {line["medicine_name"] for line in other.shown_lines()} == {"Sulphur", "Natrum muriaticum"}
    advice = other.page.context["form"].rx["notes"].value()
    assert advice == "Rest\n\nNo mint"
    assert other.save(**other.lines(*other.shown_lines(), advice=advice)).status_code == 302
    assert Prescription.objects.count() == 1
    assert {name for name, _potency in labels()} == {"Sulphur", "Natrum muriaticum"}


def test_the_same_page_sent_twice_makes_one_prescription(window, at_work):
    page = window()
    data = page.typed(complaints="Headache", **page.lines(LINE))
    assert [at_work.post(page.path, data).status_code for _ in range(2)] == [302, 302]
    assert PrescriptionItem.objects.count() == 1


# ── The buttons of the lines ────────────────────────────────────────────────
def test_repeating_the_last_one_answers_with_the_prescription_alone(window, at_work, last):
    page = window()
    data = page.typed(complaints="Headache", repeat=last.pk, **page.lines(SULPHUR, advice="Rest"))
    answer = at_work.post(page.path, data, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.lstrip().startswith('<section class="panel" id="rx"')
    assert "Headache" not in text
    rows = answer.context["form"].items.forms
    assert [row["medicine_name"].value() for row in rows] == ["sulph", "Rhus toxicodendron"]
    assert rows[1].reading.change.differences == []
    assert answer.context["form"]["notes"].value() == "Rest\nNo coffee"
    assert f'hx-post="{page.path}"' in text
    assert Prescription.objects.count() == 1


def test_without_htmx_the_whole_page_comes_back_with_what_was_typed(window, last):
    page = window()
    answer = page.save(complaints="Headache", repeat=last.pk, **page.lines(SULPHUR))
    assert answer.status_code == 200
    assert page.shows("complaints") == "Headache"
    assert [line["medicine_name"] for line in page.shown_lines()] == ["sulph", "Rhus toxicodendron"]
    assert page.save(complaints="Headache", add_line="1", **page.lines(SULPHUR)).status_code == 200
    assert len(page.page.context["form"].rx.items.forms) == 2


def test_templates_are_offered_put_in_and_kept(window, at_work, doctor, last):
    template = TemplateItemFactory(template__doctor=doctor, template__name="Fever", medicine_name="Belladonna").template
    page = window()
    assert "Fever" not in page.page.content.decode()
    offered = at_work.post(page.path, page.typed(templates="1", **page.lines(LINE)), headers=HTMX)
    assert "Fever" in offered.content.decode()
    put_in = at_work.post(page.path, page.typed(insert=template.pk, **page.lines(LINE)), headers=HTMX)
    assert [row["medicine_name"].value() for row in put_in.context["form"].items.forms] == ["nat-m", "Belladonna"]
    kept = at_work.post(page.path, page.typed(keep="items-0", **page.lines(LINE)), headers=HTMX)
    assert "“Natrum muriaticum 1M” is kept." in kept.content.decode()
    wrong = at_work.post(page.path, page.typed(keep="", **page.lines(LINE | {"potency": "Q"})), headers=HTMX)
    assert wrong.status_code == 422
    foreign = TemplateItemFactory().template
    assert at_work.post(page.path, page.typed(insert=foreign.pk, **page.lines(LINE))).status_code == 404


def test_loading_and_keeping_notes_leaves_the_prescription_where_it_is(window, at_work, doctor, consultation):
    page = window()
    page.save(**page.lines(LINE, advice="No mint"))
    earlier = ConsultationFactory(doctor=doctor, patient=consultation.patient, completed=True, complaints="Cough")
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(patient=earlier.patient, doctor=doctor, consultation=earlier, notes="Old")
    )
    page = window()
    page.save(load="last", **page.lines(SULPHUR, advice="Mine"))
    assert page.shows("complaints") == "Cough"
    assert [line["medicine_name"] for line in page.shown_lines()] == ["sulph"]
    assert page.page.context["form"].rx["notes"].value() == "Mine"
    form = at_work.post(
        url("note_template_create", consultation), page.typed(mind="Calm", **page.lines(SULPHUR))
    ).context["form"]
    data = {"form_token": new_id(), "title": "Calm", "parts": form["parts"].value()}
    assert at_work.post(url("note_template_create", consultation), data).status_code == 302
    assert doctor.snippets.get().parts == {"fields": {"mind": "Calm"}, "rows": []}


def test_a_second_draft_of_the_visit_stays_in_sight(window, at_work, doctor, consultation):
    page = window()
    page.save(**page.lines(LINE))
    services.write_prescription(
        actor=doctor,
        patient=consultation.patient,
        consultation=consultation,
        items=[SULPHUR | {"quantity": "", "notes": ""}],
    )
    page = window()
    assert [line["medicine_name"] for line in page.shown_lines()] == ["Natrum muriaticum"]
    assert [one.items.get().medicine_name for one in page.page.context["other_drafts"]] == ["Sulphur"]
    page.save(complaints="Headache", complete="1", **page.lines(*page.shown_lines()))
    assert all(one.is_signed for one in Prescription.objects.all())


def test_nobody_else_prescribes_in_a_note(window, client_of, receptionist, patient, admin):
    page = window()
    data = page.typed(complaints="Headache", **page.lines(LINE))
    for person, status in {DoctorFactory().user: 404, receptionist: 403, patient.user: 403, admin: 403}.items():
        for button in ({}, {"repeat": "x"}, {"templates": "1"}):
            assert client_of(person).post(page.path, data | button).status_code == status
    assert not Prescription.objects.exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_for_many_lines(rows, window, at_work, consultation, last, django_assert_num_queries):
    page = window()
    page.save(**page.lines(*[LINE] * rows))
    at_work.get(page.path)  # which tells that it is saved
    with django_assert_num_queries(13):
        at_work.get(page.path)
