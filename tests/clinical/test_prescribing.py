"""What helps a doctor to prescribe: what lines mean, picking remedies, repeating, and what changed."""

import json
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import escape

from clinical import durations, services
from clinical.changes import compared
from clinical.errors import LinesRefusedError
from clinical.lines import understood, values_of
from clinical.models import Prescription, PrescriptionItem, Remedy, RemedyRelation
from homeo.demo.factories.clinical import PrescriptionItemFactory, TemplateItemFactory
from tests.clinical.conftest import LINE, prescription_data
from tests.clinical.prescribed import given, remedy, url, written

pytestmark = pytest.mark.django_db


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


def test_lines_are_understood_once(django_assert_num_queries):
    lines = understood([written("nux-v"), written("own mixture", "6x")])
    with django_assert_num_queries(0):
        assert understood(lines) == lines


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
    after = [one.pk for one in Remedy.objects.all()[:30]]
    for sent in ({}, {"after": after}):
        with django_assert_num_queries(3):  # the session and the person come first
            at_work.post(reverse("clinical:remedy_search"), {"items-0-medicine_name": "nux"} | sent)


def offers(at_work, text, *after, **fields):
    """Return how the list says that each remedy goes with those given before, by abbreviation."""
    sent = {"items-0-medicine_name": text, "after": [remedy(abbreviation).pk for abbreviation in after]} | fields
    answer = at_work.post(reverse("clinical:remedy_search"), sent).content.decode()
    rows = re.findall(r"<code>(.*?)</code>.*?</li>", answer)
    hints = re.findall(r'<code>(.*?)</code>.*?<small class="pick-hint">(.*?)</small>', answer)
    return rows, dict(hints)


@pytest.mark.parametrize(
    ("text", "after", "told"),
    [
        ("sulph", ["acon."], {"sulph.": "complementary to Aconitum napellus"}),  # Aconite's complement is Sulphur
        ("acon", ["sulph."], {"acon.": "complementary to Sulphur"}),
        ("rhus", ["arn."], {"rhus-t.": "follows Arnica montana well"}),
        ("arn", ["rhus-t."], {}),  # the other way round it is not said
        ("rhus", ["arn.", "bry."], {"rhus-t.": "complementary to Bryonia alba"}),
        ("apis", ["rhus-t."], {}),  # they are inimical: the line itself warns
        ("rhus", [], {}),
    ],
)
def test_the_picker_says_what_goes_well_with_the_last_remedies(text, after, told, at_work):
    rows, hints = offers(at_work, text, *after)
    assert rows == offers(at_work, text)[0]
    assert hints == told


def test_a_relation_out_of_use_is_not_said_in_the_picker(at_work):
    relation = RemedyRelation.objects.get(remedy=remedy("rhus-t."), other=remedy("arn."))
    relation.is_active = False
    relation.save()
    assert offers(at_work, "rhus", "arn.")[1] == {}


def test_odd_remedies_before_are_passed_over(at_work):
    assert offers(at_work, "rhus", after=["", "x" * 999, *[remedy("arn.").pk] * 99])[1].keys() == {"rhus-t."}


def test_the_page_tells_the_picker_what_was_given_last(at_work, treated, doctor, new):
    assert "hx-vals" not in re.search('<section class="panel" id="rx".*?>', at_work.get(new).content.decode())[0]
    given(treated, doctor, "bry.", days_ago=9)
    last = given(treated, doctor, "arn.")
    assert json.loads(at_work.get(new).context["after"]) == {"after": [remedy("arn.").pk]}
    page = at_work.get(new).content.decode()
    assert escape(json.dumps({"after": [remedy("arn.").pk]})) in page
    assert at_work.get(url("prescription_replace", last)).context["after"] == ""


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
