"""A signed note: shown as it was signed, its hash checked, addenda below it."""

import hashlib
import json

import pytest
from django.urls import reverse
from django.utils import translation

from clinical import services, signing
from clinical.models import Consultation, PrescriptionItem, SignedNote
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import (
    ComplaintFactory,
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.scheduling import DoctorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(doctor, consultation):
    """The consultation, written and signed."""
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(
            doctor=doctor, patient=consultation.patient, consultation=consultation, signed_at=None
        )
    )
    earlier = ComplaintFactory(consultation__doctor=doctor, consultation__patient=consultation.patient)
    services.write_and_complete_consultation(
        actor=doctor,
        consultation=consultation,
        complaints="In her words: «hammers»",
        diagnosis="Migraine",
        parts={"mind": "Silent grief", "thermal": "HOT"},
        rows=[{"id": "", "name": "Low mood", "intensity": 2}],
        responses={earlier.pk: {"value": 2, "percent": 60, "now": "Rarer", "is_closed": False}},
        decision="WAIT",
    )
    consultation.refresh_from_db()
    return consultation


def detail(client, consultation):
    return client.get(reverse("clinical:consultation_detail", args=[consultation.pk]))


def test_the_signature_covers_all_that_is_shown(signed, doctor, at_work):
    note = signed.signed_notes.get()
    content = json.loads(note.content)
    assert note.digest == hashlib.sha256(note.content.encode()).hexdigest()
    assert note.content == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert (note.signed_by, note.signed_at) == (doctor, signed.completed_at)
    assert content["signed_by"]["name"] == doctor.display_name
    assert content["patient"]["name"] == signed.patient.name
    page = detail(at_work, signed).content.decode()
    for words in (
        *(
            "In her words: «hammers»",
            "Migraine",
            "Silent grief",
            "Hot",
            "Low mood",
            "Intensity: 2, Marked",
            "+2",
            "60 %",
        ),
        *("Rarer", "Wait", "Natrum muriaticum 200C", doctor.display_name, note.digest),
    ):
        assert words in page
        if words != note.digest:
            assert (
                words in note.content
                or words in json.dumps(content, ensure_ascii=False).replace('", "', ": ")
                or words == "60 %"
            )
    assert "not what was signed" not in page


def test_it_is_shown_as_signed_whatever_changes_later(signed, at_work):
    before = detail(at_work, signed).content.decode()
    user = signed.patient.user
    user.last_name = "Renamed"
    user.save()
    signed.complaint_rows.all()._raw_delete("default")
    item = PrescriptionItem.objects.get()
    item.medicine_name = "Changed later"
    item.save()
    page = detail(at_work, signed)
    block = page.content.decode()
    assert "Low mood" in block
    assert "Natrum muriaticum 200C" in block
    assert f"About {json.loads(signed.signed_notes.get().content)['patient']['name']}" in before
    assert page.context["signed"][0]["is_intact"]


@pytest.mark.parametrize("where", ["content", "digest", "column", "signer"])
def test_a_change_behind_its_back_is_shown_in_red(where, signed, at_work):
    notes = SignedNote._base_manager.filter(consultation=signed)
    if where == "content":
        notes.update(content=notes.get().content.replace("Migraine", "Mania"))
    elif where == "digest":
        notes.update(digest="0" * 64)
    elif where == "signer":
        notes.update(signed_by=DoctorFactory().user)
    else:
        Consultation._base_manager.filter(pk=signed.pk).update(notes="Added later")
    page = detail(at_work, signed)
    assert not page.context["signed"][0]["is_intact"]
    assert "not what was signed" in page.content.decode()
    assert 'role="alert"' in page.content.decode()


def test_a_content_that_cannot_be_read_does_not_break_the_page(signed, at_work):
    SignedNote._base_manager.filter(consultation=signed).update(content="[broken")
    page = detail(at_work, signed)
    assert page.status_code == 200
    assert "not what was signed" in page.content.decode()


def test_the_hash_does_not_depend_on_zone_or_language(signed, settings):
    note = signed.signed_notes.get()
    settings.TIME_ZONE = "America/Lima"
    with translation.override(None):
        assert signing.read([SignedNote.objects.get(pk=note.pk)], signed)[0]["is_intact"]


def test_a_note_is_signed_once(signed, doctor):
    with pytest.raises(DomainError):
        services.complete_consultation(actor=doctor, consultation=signed)
    assert signed.signed_notes.count() == 1


def test_an_addendum_stands_below_with_its_reason_and_follows_the_note(signed, at_work, doctor):
    path = reverse("clinical:addendum_create", args=[signed.pk])
    token = at_work.get(path).context["form"]["form_token"].value()
    for _time in range(2):
        data = {"form_token": token, "reason": "Report came", "text": "TSH 3.9"}
        assert at_work.post(path, data)["Location"] == reverse("clinical:consultation_detail", args=[signed.pk])
    services.add_addendum(actor=doctor, consultation=signed, reason="Slip", text="Left, not right")
    note, first, second = SignedNote.objects.in_order()
    assert json.loads(first.content)["after"] == note.digest
    assert json.loads(second.content)["after"] == first.digest
    page = detail(at_work, signed)
    assert all(one["is_intact"] for one in page.context["signed"])
    for words in ("Report came", "TSH 3.9", "Left, not right"):
        assert words in page.content.decode()

    SignedNote._base_manager.filter(pk=first.pk).delete()
    assert [one["is_intact"] for one in detail(at_work, signed).context["signed"]] == [True, False]


def test_an_addendum_needs_a_reason_a_signed_note_and_its_doctor(signed, at_work, client_of, doctor, receptionist):
    path = reverse("clinical:addendum_create", args=[signed.pk])
    response = at_work.post(path, {"form_token": new_id(), "reason": "", "text": "TSH"})
    assert "reason" in response.context["form"].errors
    open_one = ConsultationFactory(doctor=doctor, patient=signed.patient)
    assert at_work.get(reverse("clinical:addendum_create", args=[open_one.pk])).status_code == 302
    colleague = DoctorFactory().user
    ConsultationFactory(doctor=colleague, patient=signed.patient, completed=True)
    data = {"form_token": new_id(), "reason": "Mine", "text": "Not mine"}
    for person, status in ((colleague, 404), (receptionist, 403), (signed.patient.user, 403)):
        assert client_of(person).post(path, data).status_code == status
    assert SignedNote.objects.count() == 1


def test_what_was_completed_before_signatures_were_kept_is_still_read(doctor, patient, at_work):
    old = ConsultationFactory(doctor=doctor, patient=patient, completed=True, complaints="Of old")
    page = detail(at_work, old).content.decode()
    assert "Of old" in page
    assert "SHA-256" not in page
