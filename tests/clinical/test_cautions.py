"""Cautions about what is prescribed: allergies, remedies that do not go together, and why a line stays."""

import pytest
from django.utils import timezone

from clinical import services
from clinical.errors import LinesRefusedError
from clinical.models import Prescription, RemedyRelation
from homeo.base.errors import DomainError
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, RemedyFactory, RemedyRelationFactory
from tests.clinical.conftest import prescription_data
from tests.clinical.prescribed import given, remedy, url, written

pytestmark = pytest.mark.django_db


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
