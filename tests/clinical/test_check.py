"""The check code of a prescription: what a pharmacy sees by it, and that nobody finds one by trying."""

import logging
import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from clinical.codes import ALPHABET, new_code, read_code
from clinical.models import Prescription
from homeo.base.logs import HideSecretPaths, without_secrets
from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import PatientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def prescription(doctor):
    patient = PatientFactory(user__first_name="Xanthippe", user__last_name="Quillfeather", phone="98230 55614")
    prescription = PrescriptionFactory(doctor=doctor, patient=patient, notes="Sleep before midnight")
    PrescriptionItemFactory(prescription=prescription, notes="Dry on the tongue")
    PrescriptionItemFactory(prescription=prescription, medicine_name="Nux vomica", potency="30C", position=1)
    return prescription


def checked(client, code):
    return client.get(reverse("prescription_check", args=[code]))


def test_a_pharmacy_sees_that_it_is_genuine_and_no_more(client, prescription, doctor):
    response = checked(client, prescription.check_code)
    page = response.content.decode()
    for word in (
        *("is genuine", prescription.check_code, doctor.display_name, doctor.doctor.license_number, "Initials XQ"),
        *("Natrum muriaticum 200C", "Nux vomica 30C", '<dd class="num">2</dd>'),
    ):
        assert word in page
    patient = prescription.patient
    for word in (
        *("Xanthippe", "Quillfeather", patient.phone, patient.file_number, patient.user.email, patient.pk),
        *("4 globules", "one dose", "Dry on the tongue", "Sleep before midnight", "41 y", "Female", prescription.pk),
    ):
        assert word not in page


def test_nobody_keeps_or_finds_the_page(client, prescription):
    response = checked(client, prescription.check_code)
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert not AuditLog.objects.filter(action="VIEW").exists()


def test_a_code_is_read_as_people_type_it(client, prescription):
    code = prescription.check_code
    for typed in (
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        code.replace("0", "o").replace("1", "l"),
    ):
        assert checked(client, typed).status_code == 200


def test_what_is_archived_says_that_it_is_not_valid(client, prescription):
    prescription.archived_at = timezone.now()
    prescription.save()
    page = checked(client, prescription.check_code).content.decode()
    assert "is not valid any more" in page
    assert "is genuine" not in page
    assert "Natrum muriaticum" not in page
    assert "Initials" not in page


def test_what_is_replaced_says_that_it_is_not_valid(client, prescription):
    new = PrescriptionFactory(
        doctor=prescription.doctor, patient=prescription.patient, replaces=prescription, replace_reason="Misread"
    )
    PrescriptionItemFactory(prescription=new, medicine_name="Sepia")
    page = checked(client, prescription.check_code).content.decode()
    assert "is not valid any more" in page
    assert "Natrum muriaticum" not in page
    assert "Misread" not in page
    assert "Sepia 200C" in checked(client, new.check_code).content.decode()


def test_a_draft_has_nothing_to_show(client, prescription):
    prescription.signed_at = None
    prescription.save()
    assert checked(client, prescription.check_code).status_code == 404


HOSTILE = (
    *("0000-0000-0000-0000", "x", "7K3M-Q9TZ-4H2B", "-" * 19, "A" * 17, "7K3M-Q9TZ-4H2B-XW8U", "%00", "é" * 16),
    *(
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "..%2f..%2fetc",
        "９" * 16,
        "İ" * 16,
        "A" * 5000,
        "7K3M_Q9TZ_4H2B_XW8C",
    ),
)


@pytest.mark.parametrize("code", HOSTILE, ids=lambda code: code[:24])
def test_every_wrong_code_is_answered_alike(client, prescription, code):
    expected = checked(client, new_code())
    response = client.get("/rx/" + code.replace("/", "%2F") + "/")
    assert response.status_code == (400 if code == "%00" else 404)
    if response.status_code == 404 and "<" not in code:
        assert response.content == expected.content


def test_codes_cannot_be_guessed(doctor):
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert len(ALPHABET) ** 16 >= 2**80
    assert not set("ILOU") & set("".join(codes))
    assert all(re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code) and read_code(code) == code for code in codes)
    assert PrescriptionFactory(doctor=doctor).check_code != PrescriptionFactory(doctor=doctor).check_code


def test_many_tries_have_to_wait(client, prescription, settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {"prescription_check": "3/m/ip"}
    answers = [checked(client, prescription.check_code).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    cache.clear()


def test_checking_takes_few_questions(client, prescription, django_assert_num_queries):
    for position in range(2, 20):
        PrescriptionItemFactory(prescription=prescription, position=position)
    with django_assert_num_queries(2):
        checked(client, prescription.check_code)


def test_no_log_has_a_whole_code(client, prescription, caplog):
    code, wrong = prescription.check_code, new_code()
    with caplog.at_level(logging.DEBUG):
        caplog.handler.addFilter(HideSecretPaths())
        checked(client, code)
        checked(client, wrong)
    assert f"/rx/{wrong[:4]}…/" in caplog.text
    assert wrong not in caplog.text
    assert code not in caplog.text
    assert without_secrets(f"GET /rx/{code}/ 200") == f"GET /rx/{code[:4]}…/ 200"
    assert without_secrets("/scheduling/calendar/abcdefghijkl.ics") == "/scheduling/calendar/abcd….ics"
    assert without_secrets("/clinical/prescriptions/abcdefghijkl/") == "/clinical/prescriptions/abcdefghijkl/"


def test_the_console_hides_codes(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["no_secrets"]


def test_no_trail_has_the_code(at_work, doctor, patient):
    from clinical.services import write_prescription
    from tests.clinical.conftest import LINE

    prescription = write_prescription(actor=doctor, patient=patient, items=[LINE])
    assert prescription.check_code
    assert not AuditLog.objects.filter(changes__has_key="check_code").exists()
    assert "check_code" not in {field.name for field in Prescription.history.model._meta.fields}


def test_an_admin_does_not_read_the_code(client_of, admin, prescription):
    url = reverse("admin:clinical_prescription_change", args=[prescription.pk])
    page = client_of(admin).get(url)
    assert page.status_code == 200
    assert prescription.check_code not in page.content.decode()
