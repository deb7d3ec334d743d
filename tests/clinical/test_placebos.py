"""A placebo is known to doctors, and a code to everybody else."""

import pytest
from django.urls import reverse

from clinical import services
from clinical.models import Prescription
from homeo.demo.factories.clinical import ConsultationFactory
from patients import chart, timeline
from tests.clinical.conftest import prescription_data
from tests.clinical.prescribed import given, url, written
from tests.clinical.reading import text_of

pytestmark = pytest.mark.django_db


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
