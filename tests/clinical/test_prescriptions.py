"""Prescriptions through their pages: one form with any number of lines."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from clinical.models import Prescription, PrescriptionItem
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.scheduling import DoctorFactory
from tests.clinical.conftest import LINE, prescription_data

pytestmark = pytest.mark.django_db


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def rows_of(draft):
    """Return the draft's lines as the form posts them."""
    return [{name: getattr(item, name) for name in ("id", *LINE)} for item in draft.items.order_by("position")]


def lines_of(prescription):
    return [(item.medicine_name, item.potency) for item in prescription.items.order_by("position")]


def test_a_prescription_of_three_lines_is_a_draft_until_the_consultation_is_completed(at_work, consultation):
    data = prescription_data(LINE, LINE | {"medicine_name": "Apis"}, LINE | {"medicine_name": "Sac lac", "notes": ""})
    response = at_work.post(url("prescription_create", consultation), data, follow=True)
    assert response.redirect_chain == [(url("consultation_update", consultation), 302)]
    assert "Sac lac" in response.content.decode()
    prescription = Prescription.objects.get()
    assert [name for name, _potency in lines_of(prescription)] == ["Natrum muriaticum", "Apis mellifica", "Sac lac"]
    assert (prescription.notes, prescription.is_signed, prescription.consultation) == ("No coffee", False, consultation)

    consultation.refresh_from_db()
    at_work.post(
        url("consultation_update", consultation),
        {"version": consultation.version, "complaints": "Headache", "complete": "1"},
    )
    prescription.refresh_from_db()
    assert prescription.is_signed


def test_a_prescription_outside_of_a_consultation_is_signed_at_once(at_work, treated, doctor):
    response = at_work.post(url("patient_prescription_create", treated), prescription_data(LINE))
    prescription = Prescription.objects.get()
    assert response["Location"] == url("prescription_detail", prescription)
    assert (prescription.is_signed, prescription.doctor, prescription.patient) == (True, doctor, treated)


def test_the_same_form_sent_many_times_writes_one_prescription(at_work, treated):
    data = prescription_data(LINE)
    answers = {at_work.post(url("patient_prescription_create", treated), data)["Location"] for _ in range(5)}
    assert answers == {url("prescription_detail", Prescription.objects.get())}


def test_blank_and_removed_rows_are_left_out(at_work, consultation):
    blank = dict.fromkeys(LINE, "  ")
    removed = {"id": "", "DELETE": "on"}
    half = {"medicine_name": "Bryonia", "DELETE": "on"}
    data = prescription_data(LINE, blank, removed, half, LINE | {"medicine_name": "Sepia"})
    assert at_work.post(url("prescription_create", consultation), data).status_code == 302
    assert [name for name, _potency in lines_of(Prescription.objects.get())] == [
        "Natrum muriaticum",
        "Sepia officinalis",
    ]


def test_a_removed_row_stays_away_when_the_form_comes_back(at_work, consultation):
    data = prescription_data({"medicine_name": "Bryonia"}, {"id": "", "DELETE": "on"})
    page = at_work.post(url("prescription_create", consultation), data).content.decode()
    assert page.count("data-formset-row hidden") == 1


@pytest.mark.parametrize("rows", [[], [dict.fromkeys(LINE, "")], [LINE | {"DELETE": "on"}]])
def test_no_line_at_all_is_refused(rows, at_work, consultation):
    response = at_work.post(url("prescription_create", consultation), prescription_data(*rows))
    assert response.status_code == 422
    assert "Write at least one remedy." in response.content.decode()
    assert not Prescription.objects.exists()


def test_thirty_lines_are_taken_and_thirty_one_refused(at_work, consultation):
    response = at_work.post(url("prescription_create", consultation), prescription_data(*[LINE] * 31))
    assert response.status_code == 422
    assert "at most 30 lines; this one has 31" in response.content.decode()
    assert len(response.context["form"].items.forms) == 31
    blank = dict.fromkeys(LINE, "")
    response = at_work.post(url("prescription_create", consultation), prescription_data(*[LINE] * 30, blank))
    assert response.status_code == 302
    assert PrescriptionItem.objects.count() == 30


def test_an_incomplete_line_says_what_is_missing_and_keeps_what_was_typed(at_work, consultation):
    data = prescription_data({"medicine_name": "Bryonia alba"}, LINE | {"dosage": "x" * 81})
    response = at_work.post(url("prescription_create", consultation), data)
    assert response.status_code == 422
    first, second = response.context["form"].items.forms
    assert set(first.errors) == {"potency", "dosage", "frequency", "duration"}
    assert set(second.errors) == {"dosage"}
    for text in ("Bryonia alba", "Natrum muriaticum", "No coffee"):
        assert text in response.content.decode()


def test_another_row_comes_without_script_and_keeps_everything(at_work, consultation):
    data = prescription_data(LINE, {"medicine_name": "Bry"}, LINE | {"medicine_name": "Gone", "DELETE": "on"})
    response = at_work.post(url("prescription_create", consultation), data | {"add_line": "1"})
    form = response.context["form"]
    assert response.status_code == 200
    assert [row["medicine_name"].value() for row in form.items.forms] == ["Natrum muriaticum", "Bry", None]
    assert form["notes"].value() == "No coffee"
    assert form["form_token"].value() == data["form_token"]
    assert "is-invalid" not in response.content.decode()
    assert not Prescription.objects.exists()

    finished = prescription_data(LINE, LINE | {"medicine_name": "Bry"}, **{"items-INITIAL_FORMS": 2})
    assert at_work.post(url("prescription_create", consultation), finished).status_code == 302
    assert PrescriptionItem.objects.count() == 2


def test_another_row_stops_at_thirty(at_work, consultation):
    data = prescription_data(*[LINE] * 30) | {"add_line": "1"}
    response = at_work.post(url("prescription_create", consultation), data)
    assert len(response.context["form"].items.forms) == 30


def test_a_draft_is_changed_line_by_line(at_work, draft):
    natrum, apis = rows_of(draft)
    data = prescription_data(
        natrum | {"DELETE": "on"},
        apis | {"potency": "200C"},
        LINE | {"medicine_name": "Sepia"},
        version=draft.version,
        notes="Rest",
    )
    response = at_work.post(url("prescription_update", draft), data)
    assert response["Location"] == url("consultation_update", draft.consultation)
    draft.refresh_from_db()
    assert lines_of(draft) == [("Apis mellifica", "200C"), ("Sepia officinalis", "200C")]
    assert draft.items.get(position=0).pk == apis["id"]
    assert (draft.notes, draft.is_signed) == ("Rest", False)


def test_a_draft_outside_of_a_consultation_is_signed_by_its_save(at_work, treated, doctor):
    draft = PrescriptionFactory(patient=treated, doctor=doctor, signed_at=None)
    response = at_work.post(url("prescription_update", draft), prescription_data(LINE, version=draft.version))
    assert response["Location"] == url("prescription_detail", draft)
    draft.refresh_from_db()
    assert draft.is_signed


def test_the_page_of_a_draft_shows_its_lines_with_their_ids(at_work, draft):
    form = at_work.get(url("prescription_update", draft)).context["form"]
    assert [row["id"].value() for row in form.items.forms] == [row["id"] for row in rows_of(draft)]


def test_two_tabs_on_one_draft_lose_nothing(at_work, draft):
    natrum, apis = rows_of(draft)
    version = draft.version
    at_work.post(url("prescription_update", draft), prescription_data(natrum, version=version))

    second = prescription_data(natrum, apis | {"potency": "10M"}, version=version, notes="From the second tab")
    response = at_work.post(url("prescription_update", draft), second)
    page = response.content.decode()
    assert response.status_code == 409
    assert "10M" in page
    assert "From the second tab" in page
    assert [row["label"] for row in response.context["conflict"]["differences"]] == ["Advice", "Lines"]

    # The line that the first tab removed is written anew.
    again = second | {"version": response.context["form"]["version"].value()}
    assert at_work.post(url("prescription_update", draft), again).status_code == 302
    assert lines_of(draft) == [("Natrum muriaticum", "200C"), ("Apis mellifica", "10M")]


def test_the_same_change_from_two_tabs_is_a_success(at_work, draft):
    data = prescription_data(*rows_of(draft), version=draft.version, notes="Rest")
    for _ in range(2):
        response = at_work.post(url("prescription_update", draft), data)
        assert response["Location"] == url("consultation_update", draft.consultation)


def test_ids_of_other_lines_are_refused(at_work, draft):
    foreign = PrescriptionItemFactory(medicine_name="Of another")
    natrum, _apis = rows_of(draft)
    for ids in ([foreign.pk], [natrum["id"], natrum["id"]]):
        lines = [LINE | {"id": pk} for pk in ids]
        response = at_work.post(url("prescription_update", draft), prescription_data(*lines, version=draft.version))
        assert response.status_code == 422
        assert "belongs elsewhere" in response.content.decode()
    response = at_work.post(
        url("prescription_update", draft), prescription_data(LINE | {"id": "x" * 25}, version=draft.version)
    )
    assert response.status_code == 422
    foreign.refresh_from_db()
    assert foreign.medicine_name == "Of another"
    assert len(lines_of(draft)) == 2


def test_a_new_prescription_takes_no_line_of_another(at_work, consultation):
    foreign = PrescriptionItemFactory()
    data = prescription_data(LINE | {"id": foreign.pk})
    assert at_work.post(url("prescription_create", consultation), data).status_code == 422


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"items-TOTAL_FORMS": "100000"}, 422),
        ({"items-TOTAL_FORMS": "-1"}, 422),
        ({"items-TOTAL_FORMS": "x"}, 422),
        ({"items-INITIAL_FORMS": "1000"}, 422),
        ({"items-0-medicine_name": "a\0b"}, 400),
        ({"notes": "x" * 2001}, 422),
        ({"form_token": ""}, 400),
    ],
)
def test_forged_forms_are_refused(forged, status, at_work, consultation):
    data = prescription_data(LINE, dict.fromkeys(LINE, "")) | forged
    assert at_work.post(url("prescription_create", consultation), data).status_code == status
    assert not Prescription.objects.exists()


def test_a_signed_prescription_does_not_change(at_work, draft):
    data = prescription_data(*rows_of(draft), version=draft.version, notes="Late thought")
    draft.signed_at = timezone.now()
    draft.save()
    assert at_work.get(url("prescription_update", draft))["Location"] == url("prescription_detail", draft)
    assert at_work.get(url("prescription_archive", draft))["Location"] == url("prescription_detail", draft)
    response = at_work.post(url("prescription_update", draft), data | {"version": draft.version})
    assert response.status_code == 422
    assert "stays as it is" in response.content.decode()
    response = at_work.post(url("prescription_archive", draft), {"form_token": new_id()})
    assert response.status_code == 422
    draft.refresh_from_db()
    assert (draft.notes, draft.is_archived) == ("", False)


def test_nothing_is_prescribed_in_a_consultation_that_is_over(at_work, consultation):
    consultation.status, consultation.completed_at, consultation.complaints = "COMPLETED", timezone.now(), "Cough"
    consultation.save()
    assert at_work.get(url("prescription_create", consultation)).status_code == 302
    response = at_work.post(url("prescription_create", consultation), prescription_data(LINE))
    assert response.status_code == 422
    assert "Natrum muriaticum" in response.content.decode()
    assert not Prescription.objects.exists()


def test_a_draft_is_put_away(at_work, draft):
    assert at_work.get(url("prescription_archive", draft)).status_code == 200
    response = at_work.post(url("prescription_archive", draft), {"form_token": new_id()})
    assert response["Location"] == url("consultation_update", draft.consultation)
    draft.refresh_from_db()
    assert draft.is_archived
    assert "Apis" not in at_work.get(url("consultation_update", draft.consultation)).content.decode()


def test_the_last_prescription_is_repeated_and_another_patients_is_not(at_work, treated, doctor):
    last = PrescriptionFactory(patient=treated, doctor=doctor, notes="No mint")
    PrescriptionItemFactory(prescription=last, medicine_name="Sepia")
    page = at_work.get(url("patient_prescription_create", treated))
    assert f'name="repeat" value="{last.pk}"' in page.content.decode()
    form = at_work.get(url("patient_prescription_create", treated), {"repeat": last.pk}).context["form"]
    assert [row["medicine_name"].value() for row in form.items.forms] == ["Sepia"]
    assert not form.items.forms[0]["id"].value()
    assert form["notes"].value() == "No mint"

    foreign = PrescriptionItemFactory().prescription
    for forged in (foreign.pk, "x" * 3000):
        form = at_work.get(url("patient_prescription_create", treated), {"repeat": forged}).context["form"]
        assert [row["medicine_name"].value() for row in form.items.forms] == [None]


@pytest.mark.parametrize("name", ["prescription_update", "prescription_archive"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_doctor_whose_it_is_changes_a_draft(
    name, method, draft, patient, admin, receptionist, client_of, treated
):
    colleague = DoctorFactory().user
    ConsultationFactory(doctor=colleague, patient=patient, completed=True)
    people = {admin: 403, receptionist: 403, patient.user: 403, colleague: 404, DoctorFactory().user: 404}
    for person, status in people.items():
        data = prescription_data(LINE, version=draft.version)
        assert getattr(client_of(person), method)(url(name, draft), data).status_code == status
    draft.refresh_from_db()
    assert (len(lines_of(draft)), draft.is_archived) == (2, False)


def test_nobody_prescribes_for_a_patient_whom_she_does_not_treat(at_work, patient, client_of, receptionist, admin):
    assert at_work.post(url("patient_prescription_create", patient), prescription_data(LINE)).status_code == 404
    for person in (receptionist, admin, patient.user):
        response = client_of(person).post(url("patient_prescription_create", patient), prescription_data(LINE))
        assert response.status_code == 403
    assert not Prescription.objects.exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_form_of_a_draft_costs_the_same_for_many_lines(rows, draft, at_work, django_assert_num_queries):
    bulk.create([PrescriptionItemFactory.build(prescription=draft) for _ in range(rows - 1)])
    with django_assert_num_queries(9):
        at_work.get(url("prescription_update", draft))
