"""What helps a doctor to prescribe: what lines mean, what changed, favourites and templates, cautions, placebos."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinical import durations, services
from clinical.changes import compared
from clinical.errors import LinesRefusedError
from clinical.lines import understood, values_of
from clinical.models import Prescription, PrescriptionItem, PrescriptionTemplate, Remedy, RemedyRelation
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import (
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
    PrescriptionTemplateFactory,
    RemedyFactory,
    RemedyRelationFactory,
    TemplateItemFactory,
)
from homeo.demo.factories.scheduling import DoctorFactory
from patients import chart, timeline
from tests.clinical.conftest import LINE, prescription_data
from tests.clinical.reading import text_of

pytestmark = pytest.mark.django_db


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def remedy(abbreviation):
    return Remedy.objects.get(abbreviation=abbreviation)


def written(name, potency="30C", **fields):
    return LINE | {"form": "GLOBULES", "quantity": "", "medicine_name": name, "potency": potency} | fields


@pytest.fixture
def treated(doctor, patient):
    """A patient whom the doctor treats."""
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    return patient


@pytest.fixture
def new(treated):
    """The address of the page on which the patient's next prescription is written."""
    return url("patient_prescription_create", treated)


def given(patient, doctor, abbreviation, *, days_ago=0, **fields):
    """Make a signed prescription of one remedy, so many days ago."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, created_at=at, signed_at=at)
    found = remedy(abbreviation)
    PrescriptionItemFactory(prescription=prescription, remedy=found, medicine_name=found.name, **fields)
    return prescription


# ── What is written, and what it means ──────────────────────────────────────
def test_a_line_is_stored_in_the_clinics_spelling_with_what_it_means(at_work, new):
    data = prescription_data(written("nux-v", "200 ch", form="DROPS", quantity="10 ml", duration="2 w"))
    assert at_work.post(new, data).status_code == 302
    item = PrescriptionItem.objects.get()
    assert (item.medicine_name, item.remedy) == ("Nux vomica", remedy("nux-v."))
    assert (item.potency, item.potency_scale, item.potency_number, item.potency_method) == (
        "200C",
        "C",
        200,
        "HAHNEMANN",
    )
    assert (item.form, item.quantity, item.duration, item.days) == ("DROPS", "10 ml", "2 weeks", 14)


def test_a_remedy_that_the_catalogue_does_not_have_stays_as_it_is_written(at_work, new):
    data = prescription_data(written("Cod-liver tonic of Dr Roy", "Ø", duration="until better"))
    assert at_work.post(new, data).status_code == 302
    item = PrescriptionItem.objects.get()
    assert (item.medicine_name, item.remedy, item.potency) == ("Cod-liver tonic of Dr Roy", None, "Ø")
    assert (item.potency_scale, item.potency_number, item.duration, item.days) == ("MT", None, "until better", None)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("potency", "Q", "two readings"),
        ("potency", "strong", "no potency"),
        ("potency", "", "Write the potency"),
        ("duration", "0", "1 to 366 days"),
        ("duration", "53 weeks", "1 to 366 days"),
        ("form", "INJECTION", "Select a valid choice"),
        ("quantity", "x" * 41, "at most 40"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_its_field_and_kept(column, value, said, at_work, new):
    response = at_work.post(new, prescription_data(written("nux-v", **{column: value})))
    assert response.status_code == 422
    (row,) = response.context["form"].items.forms
    assert said in str(row.errors[column])
    assert row[column].value() == value
    assert not Prescription.objects.exists()


def test_the_service_refuses_what_the_form_would(doctor, treated):
    for line, column in [
        (written("nux-v", "Q"), "potency"),
        (written("nux-v", ""), "potency"),
        (written("nux-v", duration="900"), "duration"),
        (written("nux-v", dosage=""), "dosage"),
        (written("nux-v", form="INJECTION"), "form"),
    ]:
        with pytest.raises(LinesRefusedError) as refused:
            services.write_prescription(actor=doctor, patient=treated, items=[written("sulph"), line])
        assert set(refused.value.lines) == {1}
        assert column in refused.value.lines[1]
    assert not Prescription.objects.exists()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("7", ("7 days", 7)),
        (" 1 d ", ("1 day", 1)),
        ("2w", ("2 weeks", 14)),
        ("1 Month", ("1 month", 30)),
        ("3 days.", ("3 days", 3)),
        ("one dose", ("one dose", None)),
        ("", ("", None)),
        ("7 x", ("7 x", None)),
        ("٣", ("٣", None)),
    ],
)
def test_durations_are_read(text, read):
    assert durations.read(text) == read
    assert durations.read(read[0]) == read


@pytest.mark.parametrize("values", [{"potency_scale": "C"}, {"potency_scale": "", "potency_number": 3}])
def test_half_a_potency_is_refused_by_the_database(values):
    item = PrescriptionItemFactory()
    item.potency_number, item.potency_method = None, ""
    for name, value in values.items():
        setattr(item, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()


def test_a_withdrawn_remedy_stays_on_what_has_it_and_is_not_offered(at_work, treated, doctor, new):
    old = given(treated, doctor, "calen.")
    withdrawn = remedy("calen.")
    withdrawn.is_active = False
    withdrawn.save()
    answer = at_work.post(reverse("clinical:remedy_search"), {"items-0-medicine_name": "calen"}).content.decode()
    assert "Calendula" not in answer
    data = prescription_data(values_of(old.items.get()) | {"remedy": ""})
    assert at_work.post(new, data).status_code == 302
    assert Prescription.objects.latest("created_at").items.get().remedy == withdrawn


# ── Picking a remedy ────────────────────────────────────────────────────────
def test_the_picker_offers_at_most_twelve_the_likeliest_first(at_work):
    response = at_work.post(reverse("clinical:remedy_search"), {"items-3-medicine_name": "nat"})
    options = response.context["remedies"]
    assert len(options) <= 12
    assert "Natrum carbonicum" in [option.name for option in options]
    page = response.content.decode()
    assert 'id="option-items-3-medicine_name-1"' in page
    assert page.count('role="option"') == len(options)
    everything = at_work.post(reverse("clinical:remedy_search"), {"items-3-medicine_name": "a"})
    assert len(everything.context["remedies"]) == 12


@pytest.mark.parametrize("data", [{}, {"items-0-medicine_name": ""}, {"x_medicine_name": "<b>" * 99}])
def test_the_picker_answers_odd_requests_with_nothing(data, at_work):
    response = at_work.post(reverse("clinical:remedy_search"), data)
    assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_the_picker_asks_the_database_once(at_work, django_assert_num_queries):
    with django_assert_num_queries(3):  # the session and the person come first
        at_work.post(reverse("clinical:remedy_search"), {"items-0-medicine_name": "nux"})


def test_a_line_that_is_filled_in_is_read(at_work, treated, doctor):
    given(treated, doctor, "nux-v.", potency="30C")
    address = url("prescription_reading", treated)
    rows = [written("sulph"), {"medicine_name": "nux-v", "potency": "1m"}, {"medicine_name": "Roy’s drops"}]
    data = prescription_data(*rows)
    page = at_work.post(address, data | {"row": "items-1"}).content.decode()
    for text in ('data-remedy="Nux vomica"', "<b>1M</b>", "centesimal, 1,000C", "<b>1M</b>", "30C"):
        assert text in page
    page = at_work.post(address, data | {"row": "items-2"}).content.decode()
    assert "Not in the catalogue" in page
    for row in ("items-9", "", "x" * 999):
        assert at_work.post(address, data | {"row": row}).status_code == 400


@pytest.mark.parametrize("rows", [1, 30])
def test_reading_a_line_costs_the_same_for_many_lines(rows, at_work, treated, doctor, django_assert_num_queries):
    given(treated, doctor, "sulph.")
    data = prescription_data(*[written("nux-v")] * rows) | {"row": "items-0"}
    with django_assert_num_queries(11):
        at_work.post(url("prescription_reading", treated), data)


# ── Repeating, and what is different ────────────────────────────────────────
def test_the_last_prescription_is_put_in_and_what_is_typed_stays(at_work, treated, doctor, new):
    last = given(treated, doctor, "nux-v.", potency="200C")
    last.notes = "No mint"
    last.save()
    data = prescription_data({"medicine_name": "sulph"}, notes="Rest") | {"repeat": last.pk}
    form = at_work.post(new, data).context["form"]
    assert [row["medicine_name"].value() for row in form.items.forms] == ["sulph", "Nux vomica"]
    assert form["notes"].value() == "Rest\nNo mint"
    assert form["form_token"].value() == data["form_token"]
    assert form.items.forms[1].reading.change.differences == []
    assert form.items.forms[0].reading.change.is_new
    assert Prescription.objects.count() == 1


def test_what_cannot_be_seen_cannot_be_put_in(at_work, new, doctor):
    foreign = PrescriptionItemFactory().prescription
    template = TemplateItemFactory().template
    own = TemplateItemFactory(template__doctor=doctor).template
    services.archive_prescription_template(actor=doctor, template=own)
    for name, pk in [("repeat", foreign.pk), ("insert", template.pk), ("insert", own.pk), ("insert", "x" * 3000)]:
        assert at_work.post(new, prescription_data(LINE) | {name: pk}).status_code == 404


def test_the_form_marks_what_changed_and_what_is_left_out(at_work, treated, doctor, new):
    last = given(treated, doctor, "nux-v.", potency="30C", dosage="4 globules")
    PrescriptionItemFactory(prescription=last, remedy=remedy("sulph."), medicine_name="Sulphur", position=1)
    rows = [values_of(item) | {"remedy": ""} for item in last.items.all()]
    data = prescription_data(rows[0] | {"potency": "200", "duration": "9 d"}) | {"add_line": "1"}
    response = at_work.post(new, data)
    change = response.context["form"].items.forms[0].reading.change
    assert [(one.label, one.old, one.new) for one in change.differences] == [
        ("potency", "30C", "200C"),
        ("for how long", "1 day", "9 days"),
    ]
    assert [item.medicine_name for item in response.context["form"].dropped] == ["Sulphur"]
    assert "and not on this one" in response.content.decode()


def test_a_first_prescription_is_compared_with_nothing(at_work, new):
    response = at_work.post(new, prescription_data(written("nux-v")) | {"add_line": "1"})
    assert response.context["form"].items.forms[0].reading.change is None


def test_lines_go_together_by_remedy_one_by_one():
    old = [PrescriptionItemFactory.build(medicine_name="Own Mixture", potency=potency) for potency in ("6X", "12X")]
    lines = [values_of(line) | {"medicine_name": "own  mixture"} for line in old] + [values_of(old[0])]
    changes, left = compared(lines, old)
    assert [(change.is_new, change.differences) for change in changes] == [(False, []), (False, []), (True, [])]
    assert left == []


def test_a_doctor_sees_on_a_signed_prescription_what_was_changed_and_a_patient_does_not(
    at_work, treated, doctor, client_of
):
    given(treated, doctor, "nux-v.", days_ago=30, potency="30C")
    now = given(treated, doctor, "nux-v.", potency="200C")
    page = at_work.get(url("prescription_detail", now)).content.decode()
    assert "<b>200C</b>" in page
    assert "30C" in page
    page = client_of(treated.user).get(url("prescription_detail", now)).content.decode()
    assert "200C" in page
    assert "30C" not in page


# ── Favourites and templates ────────────────────────────────────────────────
def test_a_line_is_kept_as_a_favourite_and_put_in_again(at_work, new, doctor):
    data = prescription_data(written("nux-v", "200", duration="7"), {"medicine_name": "half"})
    response = at_work.post(new, data | {"keep": "items-0"})
    template = PrescriptionTemplate.objects.get()
    assert (template.name, template.doctor) == ("Nux vomica 200C", doctor)
    line = template.items.get()
    assert (line.remedy, line.potency, line.days) == (remedy("nux-v."), "200C", 7)
    assert "“Nux vomica 200C” is kept." in response.content.decode()
    assert [row["medicine_name"].value() for row in response.context["form"].items.forms] == ["nux-v", "half"]
    assert not Prescription.objects.exists()

    form = at_work.post(new, prescription_data() | {"insert": template.pk}).context["form"]
    assert [row["potency"].value() for row in form.items.forms] == ["200C"]


def test_all_lines_are_kept_under_a_name_and_the_same_name_holds_the_new_ones(at_work, new, doctor):
    colleague = TemplateItemFactory(template__name="Fever").template
    data = prescription_data(written("acon"), written("bell"), notes="Drink") | {"keep": "", "template_name": "Fever"}
    for _ in range(2):
        at_work.post(new, data)
    template = PrescriptionTemplate.objects.get(doctor=doctor)
    assert [item.medicine_name for item in template.items.order_by("position")] == ["Aconitum napellus", "Belladonna"]
    assert template.notes == "Drink"

    again = prescription_data(written("gels")) | {"keep": "", "template_name": " fever "}
    at_work.post(new, again)
    assert [item.medicine_name for item in template.items.all()] == ["Gelsemium sempervirens"]
    assert colleague.items.get().medicine_name == "Natrum muriaticum"
    assert template.history.exists()


@pytest.mark.parametrize(
    ("rows", "fields", "status"),
    [
        ([written("nux-v")], {"keep": "", "template_name": " "}, 200),
        ([], {"keep": "", "template_name": "Empty"}, 200),
        ([written("nux-v")], {"keep": "items-7"}, 200),
        ([written("nux-v", "Q")], {"keep": "", "template_name": "Wrong"}, 422),
        ([written("nux-v", dosage="")], {"keep": "items-0"}, 422),
    ],
)
def test_a_template_without_name_or_right_lines_is_refused(rows, fields, status, at_work, new):
    response = at_work.post(new, prescription_data(*rows) | fields)
    assert response.status_code == status
    assert not PrescriptionTemplate.objects.exists()
    page = response.content.decode()
    assert "note-danger" in page or "is-invalid" in page


def test_templates_are_the_doctors_own(at_work, doctor, new, client_of, admin, receptionist, patient):
    own = TemplateItemFactory(template__doctor=doctor, template__name="My own").template
    foreign = TemplateItemFactory(template__name="Of somebody else").template
    page = at_work.post(new, prescription_data(LINE) | {"templates": "1"}).content.decode()
    assert "My own" in page
    assert "Of somebody else" not in page
    listed = at_work.get(reverse("clinical:prescription_template_list"))
    assert list(listed.context["page_obj"]) == [own]
    assert at_work.post(url("prescription_template_archive", foreign)).status_code == 404
    for person in (admin, receptionist, patient.user):
        assert client_of(person).post(url("prescription_template_archive", own)).status_code == 403
        assert not PrescriptionTemplate.objects.for_user(person).exists()
    with pytest.raises(DomainError):
        services.archive_prescription_template(actor=doctor, template=foreign)

    assert at_work.post(url("prescription_template_archive", own), follow=True).status_code == 200
    own.refresh_from_db()
    assert own.is_archived
    assert "My own" not in at_work.post(new, prescription_data(LINE) | {"templates": "1"}).content.decode()
    at_work.post(new, prescription_data(written("acon")) | {"keep": "", "template_name": "My own"})
    assert PrescriptionTemplate.objects.filter(doctor=doctor, archived_at=None, name="My own").count() == 1


def test_templates_have_a_bound(doctor, monkeypatch):
    monkeypatch.setattr("clinical.services.prescription_templates.TEMPLATES_MAX", 1)
    services.keep_prescription_template(actor=doctor, name="One", items=[written("acon")])
    services.keep_prescription_template(actor=doctor, name="one", items=[written("bell")])
    with pytest.raises(DomainError, match="1 templates"):
        services.keep_prescription_template(actor=doctor, name="Two", items=[written("acon")])


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_costs_the_same_with_many_templates(rows, at_work, doctor, new, treated, django_assert_num_queries):
    given(treated, doctor, "sulph.")
    for template in PrescriptionTemplateFactory.create_batch(rows, doctor=doctor):
        TemplateItemFactory(template=template)
    with django_assert_num_queries(7):
        at_work.get(new)
    with django_assert_num_queries(11):
        at_work.post(new, prescription_data(written("nux-v")) | {"templates": "1"})
    with django_assert_num_queries(5):
        at_work.get(reverse("clinical:prescription_template_list"), {"size": "50"})


# ── Cautions ────────────────────────────────────────────────────────────────
def cautions(patient, *abbreviations, **kwargs):
    from clinical.cautions import cautions_of

    remedies = [remedy(abbreviation) if abbreviation else None for abbreviation in abbreviations]
    return [[caution.kind.value for caution in own] for own in cautions_of(patient, remedies, **kwargs)]


@pytest.mark.parametrize(
    ("allergies", "abbreviation", "warns"),
    [
        ("Bee stings", "apis", True),
        ("honey", "apis", True),
        ("Sulphur drugs", "sulph.", True),
        ("arnica gel, rash", "arn.", True),
        ("ARNICA", "arn.", True),
        ("Iodine, contrast medium", "iod.", True),
        ("Coffee", "coff.", True),
        ("None known", "arn.", False),
        ("Peanut", "nux-v.", False),
        ("white bread", "ars.", False),
        ("Penicillin", "nux-v.", False),
        ("", "apis", False),
        ("Lactose, sugar of milk", "sac-lac.", False),
    ],
)
def test_an_allergy_that_names_the_remedy_is_told(allergies, abbreviation, warns, patient):
    patient.allergies = allergies
    assert cautions(patient, abbreviation) == [["ALLERGY"] if warns else []]


def test_a_long_word_of_an_allergy_begins_the_remedy(patient):
    RemedyFactory(abbreviation="penic.", name="Penicillinum")
    patient.allergies = "Penicillin (swelling)\nPeanut"
    assert cautions(patient, "penic.") == [["ALLERGY"]]


def test_inimical_remedies_on_one_prescription_are_told_at_the_later_line(patient):
    assert cautions(patient, "apis", "sulph.", "rhus-t.") == [[], [], ["INIMICAL"]]
    assert cautions(patient, "rhus-t.", None, "apis", "apis") == [[], [], ["INIMICAL"], ["INIMICAL"]]


@pytest.mark.parametrize(
    ("days_ago", "days", "warns"), [(0, "1 day", True), (7, "1 day", True), (8, "1 day", False), (9, "3 days", True)]
)
def test_an_earlier_remedy_counts_while_it_may_act(days_ago, days, warns, patient, doctor):
    assert remedy("rhus-t.").acts_for == 7
    given(patient, doctor, "rhus-t.", days_ago=days_ago, duration=days)
    assert cautions(patient, "apis") == [["INIMICAL"] if warns else []]


def test_an_antidote_is_told_both_ways_round(patient, doctor):
    given(patient, doctor, "coff.", days_ago=3)
    assert cautions(patient, "nux-v.") == [["ANTIDOTE"]]
    other = given(patient, doctor, "nux-v.", days_ago=2)
    assert cautions(patient, "coff.", besides=other) == [[]]


def test_what_does_not_count_as_an_earlier_remedy(patient, doctor):
    archived = given(patient, doctor, "rhus-t.", days_ago=1)
    archived.archived_at = timezone.now()
    archived.save()
    draft = given(patient, doctor, "rhus-t.")
    draft.signed_at = None
    draft.save()
    given(ConsultationFactory().patient, doctor, "rhus-t.")
    replaced = given(patient, doctor, "rhus-t.")
    PrescriptionFactory(patient=patient, doctor=doctor, replaces=replaced, replace_reason="Slip")
    assert cautions(patient, "apis") == [[]]


def test_a_relation_out_of_use_or_of_a_friendly_kind_is_not_told(patient, doctor):
    one, other = RemedyFactory(abbreviation="one."), RemedyFactory(abbreviation="oth.")
    relation = RemedyRelationFactory(remedy=one, other=other)
    given(patient, doctor, "oth.")
    assert cautions(patient, "one.") == [["INIMICAL"]]
    relation.is_active = False
    relation.save()
    RemedyRelationFactory(remedy=one, other=other, kind="COMPLEMENTARY")
    assert cautions(patient, "one.") == [[]]
    assert RemedyRelation.objects.touching([one.pk]).count() == 1


def test_a_caution_asks_for_a_reason_which_is_kept_with_the_line(at_work, treated, doctor, new):
    given(treated, doctor, "rhus-t.", days_ago=2)
    data = prescription_data(written("sulph"), written("apis", "30"), notes="Rest")
    response = at_work.post(new, data)
    assert response.status_code == 422
    page = response.content.decode()
    for text in ("Apis mellifica and Rhus toxicodendron are inimical.", "may act until", "say why it stays", "Rest"):
        assert text in page
    rows = response.context["form"].items.forms
    assert not rows[0].errors
    assert set(rows[1].errors) == {"override_reason"}
    assert Prescription.objects.count() == 1

    data["items-1-override_reason"] = "Acute swelling"
    assert at_work.post(new, data).status_code == 302
    lines = Prescription.objects.latest("created_at").items.order_by("position")
    assert [line.override_reason for line in lines] == ["", "Acute swelling"]
    page = at_work.get(url("prescription_detail", lines[0].prescription)).content.decode()
    assert "Acute swelling" in page


def test_a_reason_that_nothing_asks_for_is_not_kept(doctor, treated):
    prescription = services.write_prescription(
        actor=doctor, patient=treated, items=[written("sulph", override_reason="Just so")]
    )
    assert prescription.items.get().override_reason == ""


def test_the_service_asks_for_the_reason_too(doctor, treated):
    treated.allergies = "Bees"
    treated.save()
    with pytest.raises(LinesRefusedError) as refused:
        services.write_prescription(actor=doctor, patient=treated, items=[written("apis", override_reason=" ")])
    assert set(refused.value.lines[0]) == {"override_reason"}
    services.write_prescription(actor=doctor, patient=treated, items=[written("apis", override_reason="Rubs only")])


def test_a_patient_does_not_read_why_a_line_was_kept(treated, doctor, client_of):
    prescription = given(treated, doctor, "apis", override_reason="Secret thought")
    assert (
        "Secret thought" not in client_of(treated.user).get(url("prescription_detail", prescription)).content.decode()
    )


def test_a_draft_that_has_come_to_need_a_reason_is_not_signed_silently(at_work, consultation, doctor):
    consultation.complaints = "Swelling"
    consultation.save()
    draft = services.write_prescription(
        actor=doctor, patient=consultation.patient, consultation=consultation, items=[written("apis")]
    )
    given(consultation.patient, doctor, "rhus-t.")
    with pytest.raises(DomainError, match="inimical"):
        services.complete_consultation(actor=doctor, consultation=consultation)
    consultation.refresh_from_db()
    assert consultation.status == "IN_PROGRESS"

    items = [written("apis", override_reason="Acute", id=draft.items.get().pk)]
    services.write_prescription(
        actor=doctor, patient=draft.patient, consultation=consultation, prescription=draft, items=items
    )
    services.complete_consultation(actor=doctor, consultation=consultation)
    draft.refresh_from_db()
    assert draft.is_signed


# ── Sac lac ─────────────────────────────────────────────────────────────────
def test_a_placebo_needs_no_potency_and_is_a_code_for_the_patient_everywhere(at_work, treated, doctor, client_of, new):
    assert at_work.post(new, prescription_data(written("sac lac", ""))).status_code == 302
    prescription = Prescription.objects.get()
    item = prescription.items.get()
    assert (item.medicine_name, item.patient_label, item.potency_scale) == ("Sac lac", "SL", "")
    pages = [
        url("prescription_detail", prescription),
        reverse("clinical:prescription_list"),
        reverse("home"),
        reverse("patients:patient_detail", args=[treated.pk]),
        reverse("patients:patient_detail", args=[treated.pk]) + "?tab=prescriptions",
    ]
    client = client_of(treated.user)
    for page in pages:
        html = client.get(page).content.decode()
        assert "Sac lac" not in html, page
        assert "Placebo" not in html, page
        assert "SL" in html, page
    html = at_work.get(pages[0]).content.decode()
    assert "Sac lac" in html
    assert '<span class="print-only">SL</span>' in html
    assert "Sac lac" in at_work.get(reverse("clinical:prescription_list")).content.decode()


def test_a_patient_reads_the_code_in_a_consultation_too(treated, doctor, client_of):
    consultation = treated.consultations.get()
    prescription = given(treated, doctor, "sac-lac.", potency="30C")
    prescription.consultation = consultation
    prescription.save()
    html = client_of(treated.user).get(url("consultation_detail", consultation)).content.decode()
    assert "Sac lac" not in html
    assert "SL" in html


def test_a_placebo_is_its_code_on_paper_and_for_whoever_checks_the_paper(treated, doctor, client_of, client):
    prescription = given(treated, doctor, "sac-lac.", potency="", quantity="2 drams")
    paper = text_of(client_of(treated.user).get(url("prescription_print", prescription)).content)
    label = text_of(client_of(doctor).get(url("prescription_labels", prescription)).content)
    check = client.get(reverse("prescription_check", args=[prescription.check_code])).content.decode()
    for text in (paper, label, check):
        assert "Sac lac" not in text
        assert "SL" in text
    assert "4 globules, one dose, 1 day · dispense 2 drams" in paper
    assert "dispense" not in label


def test_a_patient_finds_no_placebo_by_searching(treated, doctor):
    def found(user, text):
        sections = chart.sections_for(user)
        stream = timeline.read(user, treated, sections, words=timeline.words_of(text))
        return [entry.title for entry in stream.entries if entry.icon == "pill"]

    given(treated, doctor, "sac-lac.", potency="")
    given(treated, doctor, "nux-v.", days_ago=1)
    assert found(doctor, "sac") == ["Sac lac"]
    assert found(treated.user, "sac") == []
    assert found(doctor, "nux") == found(treated.user, "nux") == ["Nux vomica 200C"]


def test_a_signed_note_names_the_placebo_to_doctors_only(treated, doctor, client_of):
    consultation = ConsultationFactory(doctor=doctor, patient=treated)
    lines = [written("sac lac", "")]
    services.write_prescription(actor=doctor, patient=treated, items=lines, consultation=consultation)
    services.complete_consultation(actor=doctor, consultation=consultation)
    page = client_of(treated.user).get(url("consultation_detail", consultation)).content.decode()
    assert "Sac lac" not in page
    assert page.count('<span class="rx-name num">SL</span>') == 2
    assert "Sac lac" in client_of(doctor).get(url("consultation_detail", consultation)).content.decode()


# ── Replacing what is signed ────────────────────────────────────────────────
@pytest.fixture
def signed(treated, doctor):
    """A signed prescription of Nux vomica 30C."""
    return given(treated, doctor, "nux-v.", potency="30C", days_ago=1)


def replacement(prescription, *rows, **fields):
    lines = rows or [values_of(item) | {"remedy": "", "potency": "200"} for item in prescription.items.all()]
    return prescription_data(*lines) | {"replace_reason": "Potency misread"} | fields


def test_a_signed_prescription_is_replaced_and_both_stay(at_work, signed, doctor, treated, client_of):
    page = at_work.get(url("prescription_detail", signed)).content.decode()
    assert url("prescription_replace", signed) in page
    form = at_work.get(url("prescription_replace", signed)).context["form"]
    assert [row["medicine_name"].value() for row in form.items.forms] == ["Nux vomica"]

    data = replacement(signed)
    locations = {at_work.post(url("prescription_replace", signed), data)["Location"] for _ in range(3)}
    new = Prescription.objects.get(replaces=signed)
    assert locations == {url("prescription_detail", new)}
    assert (new.replace_reason, new.is_signed, new.items.get().potency) == ("Potency misread", True, "200C")
    signed = Prescription.objects.get(pk=signed.pk)
    assert (signed.state, signed.items.get().potency) == ("replaced", "30C")

    old_page = at_work.get(url("prescription_detail", signed)).content.decode()
    for text in ("Replaced", "Potency misread", url("prescription_detail", new)):
        assert text in old_page
    assert url("prescription_replace", signed) not in old_page
    patient_page = client_of(treated.user).get(url("prescription_detail", signed)).content.decode()
    assert "not to be dispensed" in patient_page
    assert "Potency misread" not in patient_page
    home = client_of(treated.user).get(reverse("home")).content.decode()
    assert "Nux vomica 200C" in home
    assert "Nux vomica 30C" not in home
    for client in (at_work, client_of(treated.user)):
        listed = client.get(reverse("clinical:prescription_list"))
        assert [one.state for one in listed.context["page_obj"]] == ["signed", "replaced"]
        assert "Replaced" in listed.content.decode()
        chart = client.get(reverse("patients:patient_detail", args=[treated.pk])).content.decode()
        assert "Replaced" in chart


def test_the_list_finds_the_replaced_ones(at_work, signed, doctor):
    services.replace_prescription(actor=doctor, prescription=signed, items=[written("sulph")], reason="Slip")
    address = reverse("clinical:prescription_list")
    for standing, states in {"yes": ["signed"], "replaced": ["replaced"], "no": []}.items():
        assert [one.state for one in at_work.get(address, {"signed": standing}).context["page_obj"]] == states


def test_the_writing_page_goes_on_from_the_new_one(at_work, signed, doctor, treated, new):
    services.replace_prescription(actor=doctor, prescription=signed, items=[written("sulph")], reason="Slip")
    assert at_work.get(new).context["last_prescription"].replaces == signed


@pytest.mark.parametrize("fields", [{"replace_reason": " "}, {"items-0-potency": "Q"}, {"replace_reason": "x" * 201}])
def test_a_replacement_without_reason_or_right_lines_is_refused_and_kept(fields, at_work, signed):
    response = at_work.post(url("prescription_replace", signed), replacement(signed, notes="Rest") | fields)
    assert response.status_code == 422
    assert "Rest" in response.content.decode()
    assert Prescription.objects.count() == 1


def test_what_cannot_be_replaced(at_work, signed, doctor, treated, client_of):
    data = replacement(signed)
    draft = given(treated, doctor, "sulph.")
    draft.signed_at = None
    draft.save()
    assert at_work.get(url("prescription_replace", draft)).status_code == 302
    assert at_work.post(url("prescription_replace", draft), data).status_code == 422

    new = services.replace_prescription(actor=doctor, prescription=signed, items=[written("sulph")], reason="Slip")
    assert at_work.get(url("prescription_replace", signed)).status_code == 302
    response = at_work.post(url("prescription_replace", signed), data | {"form_token": new_id()})
    assert response.status_code == 422
    assert "replaced already" in response.content.decode()
    colleague = DoctorFactory().user
    ConsultationFactory(doctor=colleague, patient=treated, completed=True)
    assert client_of(colleague).post(url("prescription_replace", new), data).status_code == 404
    with pytest.raises(DomainError):
        services.replace_prescription(actor=colleague, prescription=new, items=[written("sulph")], reason="Slip")
    with pytest.raises(DomainError, match="why"):
        services.replace_prescription(actor=doctor, prescription=new, items=[written("sulph")], reason=" ")
    assert Prescription.objects.filter(replaces__isnull=False).count() == 1


def test_the_one_that_is_replaced_warns_of_nothing(at_work, doctor, treated):
    rhus = given(treated, doctor, "rhus-t.")
    data = replacement(rhus, written("apis"))
    assert at_work.post(url("prescription_replace", rhus), data).status_code == 302
    check = url("prescription_reading", treated)
    rhus = given(treated, doctor, "rhus-t.")
    typed = prescription_data(written("apis")) | {"row": "items-0"}
    assert "inimical" in at_work.post(check, typed).content.decode()
    assert "inimical" not in at_work.post(f"{check}?besides={rhus.pk}", typed).content.decode()
    foreign = given(ConsultationFactory().patient, DoctorFactory().user, "rhus-t.")
    assert "inimical" in at_work.post(f"{check}?besides={foreign.pk}", typed).content.decode()


def test_the_database_wants_a_reason_and_one_replacement(signed):
    with pytest.raises(IntegrityError), transaction.atomic():
        PrescriptionFactory(replaces=signed)
    with pytest.raises(IntegrityError), transaction.atomic():
        PrescriptionFactory(replaces=signed, replace_reason="Slip", signed_at=None)
    PrescriptionFactory(replaces=signed, replace_reason="Slip")
    with pytest.raises(IntegrityError), transaction.atomic():
        PrescriptionFactory(replaces=signed, replace_reason="Slip")


def test_lines_are_understood_once(django_assert_num_queries):
    lines = understood([written("nux-v"), written("own mixture", "6x")])
    with django_assert_num_queries(0):
        assert understood(lines) == lines
