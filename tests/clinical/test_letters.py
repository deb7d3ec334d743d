"""Certificates and referral letters: signing, withdrawing, who sees them."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinical import services
from clinical.models import Letter
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, LetterFactory
from homeo.demo.factories.scheduling import DoctorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def treated(consultation):
    """The patient of the doctor's."""
    return consultation.patient


def certificate_data(**fields):
    today = timezone.localdate()
    return {"form_token": new_id(), "kind": "VISIT", "from_date": today, "until_date": "", "text": ""} | fields


def test_a_certificate_is_signed_and_ready_to_print(at_work, doctor, treated):
    url = reverse("clinical:letter_certify", args=[treated.pk])
    assert at_work.get(url).status_code == 200
    today = timezone.localdate()
    last = today + dt.timedelta(days=3)
    response = at_work.post(url, certificate_data(kind="UNFIT", until_date=last, text="Rest."), follow=True)
    letter = Letter.objects.get()
    assert response.redirect_chain[-1][0] == reverse("clinical:letter_detail", args=[letter.pk])
    assert (letter.doctor, letter.patient, letter.from_date, letter.until_date) == (doctor, treated, today, last)
    assert treated.name in letter.statement
    assert "both days included" in letter.statement
    assert letter.facts["letterhead"]["licence"] == doctor.doctor.license_number
    page = response.content.decode()
    assert letter.statement in page
    assert reverse("clinical:letter_print", args=[letter.pk]) in page


def test_a_referral_is_signed(at_work, treated):
    url = reverse("clinical:letter_refer", args=[treated.pk])
    data = {"form_token": new_id(), "addressee": "Dr Contractor\nCardiology", "text": "Thank you for seeing her."}
    assert at_work.post(url, data).status_code == 302
    letter = Letter.objects.get()
    assert (letter.kind, letter.from_date, letter.statement) == ("REFERRAL", None, "")
    assert letter.addressee.splitlines() == ["Dr Contractor", "Cardiology"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "UNFIT"}, "until_date"),
        ({"kind": "FIT", "until_date": "2026-01-01"}, "until_date"),
        ({"kind": "UNFIT", "until_date": str(timezone.localdate() - dt.timedelta(days=1))}, "until_date"),
        ({"from_date": str(timezone.localdate() + dt.timedelta(days=1))}, "from_date"),
        ({"from_date": "9999-12-31"}, "from_date"),
        ({"kind": "REFERRAL"}, "kind"),
        ({"text": "x" * 1001}, "text"),
    ],
)
def test_what_does_not_go_together_is_refused(at_work, treated, fields, field):
    response = at_work.post(reverse("clinical:letter_certify", args=[treated.pk]), certificate_data(**fields))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Letter.objects.exists()


def test_a_form_sent_twice_signs_once(at_work, treated):
    data = certificate_data()
    for _ in range(3):
        assert at_work.post(reverse("clinical:letter_certify", args=[treated.pk]), data).status_code == 302
    assert Letter.objects.count() == 1


def test_a_letter_is_withdrawn_and_stays_on_record(at_work, doctor, treated, client_of):
    letter = LetterFactory(doctor=doctor, patient=treated)
    url = reverse("clinical:letter_archive", args=[letter.pk])
    assert "Withdraw the letter?" in at_work.get(url).content.decode()
    assert at_work.post(url, {"form_token": new_id()}).status_code == 302
    letter.refresh_from_db()
    assert letter.is_archived
    page = at_work.get(reverse("clinical:letter_detail", args=[letter.pk])).content.decode()
    assert "Withdrawn" in page
    assert url not in page
    of_patient = client_of(treated.user)
    assert of_patient.get(reverse("clinical:letter_print", args=[letter.pk])).status_code == 404
    assert at_work.post(url, {"form_token": new_id()}).status_code == 422
    with pytest.raises(DomainError):
        services.archive_letter(actor=doctor, letter=letter)


def test_a_colleague_who_treats_the_patient_reads_and_does_not_withdraw(doctor, treated, client_of):
    letter = LetterFactory(doctor=doctor, patient=treated)
    colleague = DoctorFactory().user
    of_colleague = client_of(colleague)
    assert of_colleague.get(reverse("clinical:letter_detail", args=[letter.pk])).status_code == 404
    ConsultationFactory(doctor=colleague, patient=treated)
    assert of_colleague.get(reverse("clinical:letter_detail", args=[letter.pk])).status_code == 200
    assert of_colleague.get(reverse("clinical:letter_print", args=[letter.pk])).status_code == 200
    assert of_colleague.get(reverse("clinical:letter_archive", args=[letter.pk])).status_code == 404


def test_the_chart_lists_letters_and_leads_to_new_ones(at_work, doctor, treated, receptionist, client_of):
    letter = LetterFactory(doctor=doctor, patient=treated)
    chart = reverse("patients:patient_detail", args=[treated.pk])
    tab = at_work.get(f"{chart}?tab=letters").content.decode()
    assert reverse("clinical:letter_detail", args=[letter.pk]) in tab
    page = at_work.get(chart).content.decode()
    assert reverse("clinical:letter_certify", args=[treated.pk]) in page
    assert "tab=letters" not in client_of(receptionist).get(chart).content.decode()


def test_the_tab_asks_the_same_few_times_with_many_letters(at_work, doctor, treated, django_assert_max_num_queries):
    LetterFactory.create_batch(20, doctor=doctor, patient=treated)
    with django_assert_max_num_queries(12):
        at_work.get(reverse("patients:patient_detail", args=[treated.pk]) + "?tab=letters")


def test_what_is_signed_can_be_printed_in_one_key(at_work, doctor, treated):
    from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory

    prescription = PrescriptionFactory(doctor=doctor, patient=treated)
    PrescriptionItemFactory(prescription=prescription)
    paper = reverse("clinical:prescription_print", args=[prescription.pk])
    page = at_work.get(reverse("clinical:prescription_detail", args=[prescription.pk])).content.decode()
    assert f'data-key="p" target="_blank" rel="noopener" href="{paper}"' in page
    assert f"{paper}?size=A4" in page
    assert reverse("clinical:prescription_labels", args=[prescription.pk]) in page
    chart = reverse("patients:patient_detail", args=[treated.pk]) + "?tab=prescriptions"
    assert paper in at_work.get(chart).content.decode()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("letter_certificate_dated", {"from_date": None}),
        ("letter_dates_in_order", {"until_date": timezone.localdate()}),
        ("letter_dates_in_order", {"kind": "UNFIT", "until_date": timezone.localdate() - dt.timedelta(days=1)}),
        ("letter_referral_addressed", {"kind": "REFERRAL", "from_date": None}),
        ("letter_kind_valid", {"kind": "OTHER"}),
    ],
)
def test_the_database_keeps_the_rules(doctor, patient, name, fields):
    values = {"kind": "VISIT", "from_date": timezone.localdate(), "facts": {}, "doctor": doctor, "patient": patient}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Letter(**values | fields).save()
