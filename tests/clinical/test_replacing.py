"""A signed prescription is replaced by another one: both stay on record."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinical import services
from clinical.lines import values_of
from clinical.models import Prescription
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory
from homeo.demo.factories.scheduling import DoctorFactory
from tests.clinical.conftest import prescription_data
from tests.clinical.prescribed import given, url, written

pytestmark = pytest.mark.django_db


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
