"""Prescriptions that are read: who reads one, what its page says, and the list."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory

pytestmark = pytest.mark.django_db


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def test_who_reads_a_prescription(draft, treated, doctor, admin, receptionist, client_of):
    signed = PrescriptionFactory(patient=treated, doctor=doctor)
    PrescriptionItemFactory(prescription=signed, medicine_name="Natrum muriaticum")
    guardian = GuardianFactory(patient=treated).user
    table = {
        doctor: (200, 200),
        DoctorFactory().user: (404, 404),
        treated.user: (200, 404),
        guardian: (200, 404),
        PatientFactory().user: (404, 404),
        receptionist: (403, 403),
        admin: (403, 403),
    }
    for person, statuses in table.items():
        client = client_of(person)
        responses = [client.get(url("prescription_detail", one)) for one in (signed, draft)]
        assert tuple(response.status_code for response in responses) == statuses
        for response in responses:
            assert ("Natrum" in response.content.decode()) == (response.status_code == 200)


def test_the_printed_prescription_names_clinic_doctor_licence_patient_and_lines(at_work, treated, doctor, settings):
    signed = PrescriptionFactory(patient=treated, doctor=doctor, notes="No mint")
    PrescriptionItemFactory(prescription=signed)
    page = at_work.get(url("prescription_detail", signed)).content.decode()
    for text in (
        settings.CLINIC_NAME,
        doctor.display_name,
        doctor.doctor.license_number,
        treated.name,
        treated.file_number,
        "Natrum muriaticum",
        "200C",
        "4 globules",
        "No mint",
    ):
        assert text in page
    assert "not signed" not in page


def test_the_list_shows_a_patients_own_signed_ones(draft, treated, doctor, client_of):
    signed = PrescriptionFactory(patient=treated, doctor=doctor)
    PrescriptionItemFactory(prescription=signed, medicine_name="Sepia")
    PrescriptionItemFactory(medicine_name="Of somebody else")
    page = client_of(treated.user).get(reverse("clinical:prescription_list"))
    assert [one.pk for one in page.context["page_obj"]] == [signed.pk]
    assert "Of somebody else" not in page.content.decode()
    page = client_of(doctor).get(reverse("clinical:prescription_list"))
    assert {one.pk for one in page.context["page_obj"]} == {signed.pk, draft.pk}


def test_the_list_is_sorted_from_the_latest_and_the_other_way_round(treated, doctor, at_work):
    old = PrescriptionFactory(patient=treated, doctor=doctor, created_at=timezone.now() - dt.timedelta(days=9))
    new = PrescriptionFactory(patient=treated, doctor=doctor)
    address = reverse("clinical:prescription_list")
    for query, order in {"": [new, old], "?ordering=created_at": [old, new], "?ordering=password": [new, old]}.items():
        assert list(at_work.get(address + query).context["page_obj"]) == order


def test_the_list_is_filtered_by_standing_and_day(treated, doctor, at_work):
    today = timezone.localdate()
    signed = PrescriptionFactory(patient=treated, doctor=doctor)
    draft = PrescriptionFactory(patient=treated, doctor=doctor, signed_at=None)
    address = reverse("clinical:prescription_list")
    for query, found in [
        ({"signed": "yes"}, [signed]),
        ({"signed": "no"}, [draft]),
        ({"since": today, "until": today}, [draft, signed]),
        ({"until": today - dt.timedelta(days=1)}, []),
        ({"since": "9999-12-31"}, [draft, signed]),
    ]:
        assert list(at_work.get(address, query).context["page_obj"]) == found, query


def test_a_patient_is_not_asked_about_drafts(treated, client_of):
    filters = client_of(treated.user).get(reverse("clinical:prescription_list")).context["filterset"].filters
    assert set(filters) == {"since", "until"}


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_for_many_rows(rows, treated, doctor, client_of, django_assert_num_queries):
    prescriptions = bulk.create([PrescriptionFactory.build(patient=treated, doctor=doctor) for _ in range(rows)])
    bulk.create([PrescriptionItemFactory.build(prescription=one) for one in prescriptions])
    client = client_of(treated.user)
    with django_assert_num_queries(5):
        client.get(reverse("clinical:prescription_list"), {"size": "50"})
