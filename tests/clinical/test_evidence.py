"""Growth of evidence: what is counted, for whom, and the cases behind each number."""

import csv
import datetime as dt
import io
import random
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinical.case import RESPONSES
from clinical.distributions import Distribution
from clinical.models import PrescriptionItem, Remedy
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import (
    ComplaintFactory,
    ComplaintResponseFactory,
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory

EVIDENCE, CASES = "clinical:evidence", "clinical:evidence_case_list"


@pytest.fixture
def visit(doctor, remedies):
    """A function that adds a visit, so many days ago: complaints taken, what is told of earlier ones, what is given."""
    catalogue = {remedy.name: remedy for remedy in remedies}

    def add(patient, ago, *gives, takes=(), told=None, gone=(), doctor=doctor, potency="30C", **prescription):
        when = timezone.now() - dt.timedelta(days=ago)
        note = ConsultationFactory(patient=patient, doctor=doctor, scheduled_at=when, completed=True)
        for name in takes:
            ComplaintFactory(consultation=note, name=name)
        for name, value in (told or {}).items():
            complaint = patient.complaints.filter(name=name).latest("created_at")
            fields = {"value": value, "percent": None, "is_closed": name in gone}
            ComplaintResponseFactory(consultation=note, complaint=complaint, **fields)
        if gives:
            given = PrescriptionFactory(consultation=note, patient=patient, doctor=doctor, **prescription)
            for name in gives:
                PrescriptionItemFactory(
                    prescription=given, medicine_name=name, remedy=catalogue.get(name), potency=potency
                )
            return given
        return note

    return add


def groups(client, **query):
    """Return what is counted, by name: patients, prescriptions, none yet, responses from the best."""
    page = client.get(reverse(EVIDENCE), query)
    return {group.name: counted(group) for group in page.context["page_obj"]}


def counted(group):
    responses = [value for value in sorted(group.told.counts, reverse=True) for _ in range(group.told.counts[value])]
    return group.patients, group.prescriptions, group.told.awaited, responses


def cases(client, **query):
    page = client.get(reverse(CASES), query)
    return [(row.patient_id, row.told_value) for row, _prescription in page.context["rows"]]


def key_of(client, name, **query):
    page = client.get(reverse(EVIDENCE), query | {"size": 100})
    return next(group.key for group in page.context["page_obj"] if group.name == name)


# ── What is counted ─────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_remedy_is_answered_at_the_next_visit_at_which_anybody_asked(at_work, patient, visit):
    visit(patient, 90, "Sulphur", takes=["Headache", "Warts"])
    visit(patient, 60, "Sepia officinalis")
    visit(patient, 30, "Sulphur", "Sac lac", told={"Headache": 3, "Warts": 0})
    other = PatientFactory()
    visit(other, 50, "Sulphur", takes=["Cough"])
    visit(other, 20, told={"Cough": -1})
    assert groups(at_work) == {
        "Sulphur": (2, 3, 1, [2, -1]),  # the mean of 3 and 0 is one and a half, and rounds to 2
        "Sepia officinalis": (1, 1, 0, [2]),
        "Sac lac": (1, 1, 1, []),
    }
    total = at_work.get(reverse(EVIDENCE)).context["total"]
    assert counted(total) == (2, 4, 1, [2, 2, -1])


@pytest.mark.django_db
def test_the_same_is_told_as_on_the_timelines_of_the_patients(at_work, doctor, visit):
    rng = random.Random(11)
    colleague = DoctorFactory().user
    expected = {}
    patients = [PatientFactory() for _ in range(5)]
    for patient in patients:
        names = ["Headache", "Warts", "Cough"]
        days = sorted((rng.randint(1, 300) for _ in range(9)), reverse=True)
        visit(patient, 320, "Sulphur", takes=names)
        for day in days:
            told = {name: rng.choice([*RESPONSES, None]) for name in names if rng.random() < 0.3}
            given_ = rng.sample(["Sulphur", "Sepia officinalis", "Unheard of"], rng.randint(0, 2))
            visit(patient, day, *given_, told=told, doctor=rng.choice([doctor, doctor, colleague]))
    for patient in patients:
        page = at_work.get(reverse("clinical:remedy_timeline", args=[patient.pk]))
        for step in page.context["steps"]:
            for prescription in step.prescriptions:
                if prescription.doctor_id == doctor.pk:
                    expected[prescription.pk] = step.answer and step.answer.value
    page = at_work.get(reverse(CASES), {"size": 100})
    found = {row.prescription_id: row.told_value for row, _prescription in page.context["rows"]}
    assert found == expected
    assert len(set(found.values())) > 4


@pytest.mark.django_db
def test_complaints_are_put_together_by_their_words(at_work, visit):
    for number, name in enumerate(["Migräne", "migrane ", "MIGRANE.", "Migrane,  left"]):
        patient = PatientFactory()
        visit(patient, 40, "Sulphur", takes=[name])
        visit(patient, 10, told={name: number})
    found = groups(at_work, by="complaint")
    assert sorted(found.values()) == [(1, 1, 0, [3]), (3, 3, 0, [2, 1, 0])]
    assert "Migrane,  left" in found


@pytest.mark.django_db
def test_a_complaint_counts_from_when_it_was_taken_until_it_is_gone(at_work, patient, visit):
    visit(patient, 90, "Sulphur", takes=["Headache"])
    visit(patient, 60, "Sepia officinalis", told={"Headache": 3}, gone=["Headache"], takes=["Warts"])
    visit(patient, 30, "Sulphur", told={"Warts": -2})
    assert groups(at_work, by="complaint") == {"Headache": (1, 1, 0, [3]), "Warts": (1, 2, 1, [-2])}
    warts = key_of(at_work, "Warts", by="complaint")
    assert groups(at_work, complaint=warts) == {"Sepia officinalis": (1, 1, 0, [-2]), "Sulphur": (1, 1, 1, [])}
    sulphur = key_of(at_work, "Sulphur")
    assert groups(at_work, by="complaint", remedy=sulphur) == {
        "Headache": (1, 1, 0, [3]),
        "Warts": (1, 1, 1, []),
    }


@pytest.mark.django_db
def test_a_remedy_for_a_complaint_counts_what_was_told_about_that_one(at_work, patient, visit):
    visit(patient, 60, "Sulphur", takes=["Headache", "Warts"])
    visit(patient, 30, told={"Headache": 3, "Warts": -3})
    for name, value in (("Headache", 3), ("Warts", -3)):
        key = key_of(at_work, name, by="complaint")
        assert groups(at_work, complaint=key) == {"Sulphur": (1, 1, 0, [value])}
        assert cases(at_work, complaint=key) == [(patient.pk, value)]
    assert groups(at_work) == {"Sulphur": (1, 1, 0, [0])}


@pytest.mark.django_db
def test_only_own_signed_prescriptions_that_hold_and_were_written_at_a_visit_count(at_work, doctor, patient, visit):
    colleague = DoctorFactory().user
    visit(patient, 90, "Sulphur", takes=["Headache"])
    visit(patient, 80, "Sepia officinalis", doctor=colleague)
    visit(patient, 80, "Sepia officinalis", signed_at=None)
    visit(patient, 80, "Sepia officinalis", archived_at=timezone.now())
    old = visit(patient, 70, "Sepia officinalis")
    visit(patient, 70, "Pulsatilla nigricans", replaces=old, replace_reason="Slip")
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(patient=patient, doctor=doctor),
        remedy=Remedy.objects.get(name="Apis mellifica"),
    )
    # Told to a colleague, of a patient whom she treats: it answers.
    visit(patient, 20, told={"Headache": 1}, doctor=colleague)
    assert groups(at_work) == {"Sulphur": (1, 1, 0, [1]), "Pulsatilla nigricans": (1, 1, 0, [1])}


@pytest.mark.django_db
def test_a_remedy_that_the_catalogue_does_not_have_is_known_by_its_words(at_work, visit):
    for name in ("Unheard of", "unheard  OF"):
        patient = PatientFactory()
        visit(patient, 60, name, takes=["Headache"])
        visit(patient, 30, told={"Headache": 2})
    assert groups(at_work) == {"Unheard of": (2, 2, 0, [2, 2])}
    key = key_of(at_work, "Unheard of")
    assert len(cases(at_work, remedy=key)) == 2
    assert groups(at_work, by="complaint", remedy=key) == {"Headache": (2, 2, 0, [2, 2])}


@pytest.mark.django_db
def test_days_and_potency_narrow_it(at_work, patient, visit):
    visit(patient, 90, "Sulphur", takes=["Headache"], potency="200C")
    visit(patient, 60, "Sulphur", told={"Headache": 1})
    visit(patient, 30, "Sulphur", told={"Headache": 2})
    today = timezone.localdate()
    assert groups(at_work, potency="200C") == {"Sulphur": (1, 1, 0, [1])}
    assert groups(at_work, since=today - dt.timedelta(days=70)) == {"Sulphur": (1, 2, 1, [2])}
    assert groups(at_work, until=today - dt.timedelta(days=70)) == {"Sulphur": (1, 1, 0, [1])}
    assert len(cases(at_work, potency="30C", since=today - dt.timedelta(days=40))) == 1
    sulphur = key_of(at_work, "Sulphur")
    for name in (EVIDENCE, CASES):
        page = at_work.get(reverse(name), {"remedy": sulphur, "potency": "200C"})
        assert f'<input type="hidden" name="remedy" value="{sulphur}">' in page.content.decode()
        assert page.context["unfiltered_query"] == f"remedy={sulphur}"
    page = at_work.get(reverse(EVIDENCE), {"potency": "1M", "since": "nonsense"})
    assert set(page.context["filterset"].form.errors) == {"potency", "since"}


@pytest.mark.django_db
def test_a_search_finds_by_parts_of_the_words_and_each_column_sorts(at_work, patient, visit):
    visit(patient, 60, "Sulphur", "Sepia officinalis", "Bryonia alba", takes=["Headache"])
    found = at_work.post(reverse(EVIDENCE), {"q": "alb bry"}, follow=True)
    assert [group.name for group in found.context["page_obj"]] == ["Bryonia alba"]
    assert "bry" not in found.redirect_chain[0][0]
    for ordering in ("name", "patients", "prescriptions", "awaited", "known", "median", "better"):
        there, back = (list(groups(at_work, ordering=f"{sign}{ordering}")) for sign in ("", "-"))
        assert sorted(there) == sorted(back)
    assert list(groups(at_work, ordering="name")) == ["Bryonia alba", "Sepia officinalis", "Sulphur"]


# ── What is shown ───────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(("many", "share"), [(4, False), (5, True)])
def test_few_cases_have_no_share(at_work, visit, many, share):
    for _ in range(many):
        patient = PatientFactory()
        visit(patient, 60, "Sulphur", takes=["Headache"])
        visit(patient, 30, told={"Headache": 2})
    page = at_work.get(reverse(EVIDENCE)).content.decode()
    assert f"{many} responses: {many} better." in page
    assert ("100 %" in page) == share
    assert ("says little" in page) != share


@pytest.mark.django_db
def test_every_number_leads_to_its_cases(at_work, visit):
    rng = random.Random(5)
    for _ in range(12):
        patient = PatientFactory()
        visit(patient, 60, *rng.sample(["Sulphur", "Sepia officinalis", "Sac lac"], 2), takes=["Headache", "Warts"])
        if rng.random() < 0.8:
            visit(patient, 30, told={"Headache": rng.randint(-3, 3), "Warts": rng.choice([None, 1])})
    for by in ("remedy", "complaint"):
        page = at_work.get(reverse(EVIDENCE), {"by": by})
        for group in page.context["page_obj"]:
            about = {by: group.key, "size": 100}
            assert len(cases(at_work, **about)) == group.prescriptions
            assert len({patient for patient, _value in cases(at_work, **about)}) == group.patients
            assert len(cases(at_work, **about, answer="known")) == group.told.known
            assert len(cases(at_work, **about, answer="none")) == group.told.awaited
            for value, count in group.told.counts.items():
                assert [told for _patient, told in cases(at_work, **about, answer=value)] == [value] * count
            assert f"{by}={group.key}" in page.content.decode()


@pytest.mark.django_db
def test_a_placebo_is_called_what_it_is(at_work, patient, visit):
    visit(patient, 60, "Sac lac", takes=["Headache"])
    assert "placebo, patients read SL" in at_work.get(reverse(EVIDENCE)).content.decode()
    assert "placebo" in at_work.get(reverse(CASES)).content.decode()


@pytest.mark.django_db
def test_the_file_holds_the_numbers_and_runs_nothing(at_work, patient, visit):
    visit(patient, 60, "=cmd()", takes=["Headache"])
    visit(patient, 30, told={"Headache": -2})
    answer = at_work.get(reverse(EVIDENCE), {"export": "csv"})
    assert "evidence-by-remedy" in answer["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["Remedy"] == "'=cmd()"
    assert (row["Patients"], row["Responses"], row["Worse (−2)"], row["Median"], row["Better, %"]) == (
        "1",
        "1",
        "1",
        "−2",
        "",
    )


@pytest.mark.django_db
def test_a_new_doctor_reads_how_outcomes_come_about(at_work):
    page = at_work.get(reverse(EVIDENCE)).content.decode()
    assert "No outcomes yet" in page
    assert "how each complaint has responded" in page


# ── Who sees what ───────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_of_colleagues_nothing_is_counted_named_or_found(doctor, patient, visit, client_of):
    visit(patient, 60, "Unheard of", takes=["Headache"])
    visit(patient, 30, told={"Headache": 2})
    mine = client_of(doctor)
    remedy, complaint = key_of(mine, "Unheard of"), key_of(mine, "Headache", by="complaint")
    other = client_of(DoctorFactory().user)
    assert groups(other) == {}
    assert cases(other) == []
    unknown = [{"remedy": new_id()}, {"complaint": new_id()}, {"complaint": "x" * 99}]
    for name in (EVIDENCE, CASES):
        for query in ({"remedy": remedy}, {"complaint": complaint}):
            assert mine.get(reverse(name), query).status_code == 200
            assert other.get(reverse(name), query).status_code == 404
        for query in unknown:
            assert mine.get(reverse(name), query).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 50])
def test_the_pages_cost_the_same_for_many(rows, at_work, visit, django_assert_num_queries):
    for number in range(rows):
        patient = PatientFactory()
        visit(patient, 60, f"Remedy {number}", takes=[f"Complaint {number}"])
        visit(patient, 30, told={f"Complaint {number}": 2})
    remedy, complaint = key_of(at_work, "Remedy 0"), key_of(at_work, "Complaint 0", by="complaint")
    costs = {
        (EVIDENCE, ""): 4,
        (EVIDENCE, "by=complaint"): 4,
        (EVIDENCE, f"by=complaint&remedy={remedy}"): 5,
        (EVIDENCE, f"complaint={complaint}"): 5,
        (CASES, ""): 6,
        (CASES, f"remedy={remedy}&complaint={complaint}"): 8,
    }
    for (name, query), cost in costs.items():
        with django_assert_num_queries(cost):
            assert at_work.get(f"{reverse(name)}?{query}&size=100").status_code == 200


@pytest.mark.django_db
def test_no_line_is_counted_for_somebody_who_prescribes_nothing(doctor, patient, visit, receptionist, admin):
    visit(patient, 60, "Sulphur")
    assert PrescriptionItem.objects.given_by(doctor).exists()
    for person in (receptionist, admin, patient.user):
        assert not PrescriptionItem.objects.given_by(person).exists()


# ── How responses are spread ────────────────────────────────────────────────


@given(st.fixed_dictionaries({value: st.integers(0, 400) for value in RESPONSES}))
def test_a_bar_stays_on_its_canvas_and_has_no_gaps(counts):
    told = Distribution(counts, sum(counts.values()) + 3)
    bar = told.bar
    assert told.awaited == 3
    assert [part.value for part in bar] == [value for value in RESPONSES if counts[value]]
    assert all(part.x >= 0 and part.x + part.width <= 201 for part in bar)
    assert all(one.x < two.x for one, two in pairwise(bar))
    middle = [part for part in bar if part.value == 0]
    assert all(part.x <= 100 <= part.x + part.width + 1.1 for part in middle)


@pytest.mark.parametrize(
    ("responses", "median", "sign"),
    [
        ([], None, ""),
        ([2], 2, "+2"),
        ([-3, 1], -1, "−1"),
        ([0, 1], 0.5, "+0.5"),
        ([-1, 0], -0.5, "−0.5"),
        ([0], 0, "0"),
    ],
)
def test_the_median_is_the_middle_one(responses, median, sign):
    told = Distribution({value: responses.count(value) for value in RESPONSES}, len(responses))
    assert (told.median, told.median_sign) == (median, sign)
