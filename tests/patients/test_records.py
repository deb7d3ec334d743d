"""Documents: upload, download, the patient's own list."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from homeo.base.fields import new_id
from homeo.demo.factories.patients import PDF, GuardianFactory, MedicalRecordFactory, PatientFactory, picture
from homeo.demo.factories.scheduling import DoctorFactory
from patients.models import MedicalRecord, RecordType

pytestmark = pytest.mark.django_db

PNG = picture("PNG")
JPEG = picture("JPEG")
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 64


@pytest.fixture
def at_work(doctor, client_of):
    """The doctor's test client."""
    return client_of(doctor)


def upload_url(patient):
    return reverse("patients:medicalrecord_create", args=[patient.pk])


def download_url(record):
    return reverse("patients:medicalrecord_download", args=[record.pk])


def document(content=PDF, name="thyroid.pdf", **fields):
    return {
        "form_token": new_id(),
        "file": SimpleUploadedFile(name, content, content_type="application/pdf"),
        "title": "Thyroid profile",
        "record_type": "lab_report",
        "recorded_on": "2026-10-02",
        "description": "TSH 3.9",
    } | fields


def body(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("content", "name", "kept_as", "content_type"),
    [
        (PDF, "thyroid.pdf", "thyroid.pdf", "application/pdf"),
        (PNG, "x ray.PNG", "x ray.PNG", "image/png"),
        (JPEG, "scan.jpeg", "scan.jpeg", "image/jpeg"),
        (PDF, "page.html", "page.pdf", "application/pdf"),
        (PDF, "a'b; filename=evil.exe", "a'b; filename=evil.pdf", "application/pdf"),
        (PDF, "../../etc/passwd", "passwd.pdf", "application/pdf"),
        (PDF, "रिपोर्ट.pdf", "रिपोर्ट.pdf", "application/pdf"),
    ],
)
def test_a_document_is_uploaded_and_comes_back_as_it_was(
    content, name, kept_as, content_type, at_work, treated, doctor
):
    response = at_work.post(upload_url(treated), document(content, name), follow=True)
    assert response.redirect_chain == [(f"{reverse('patients:patient_detail', args=[treated.pk])}?tab=documents", 302)]
    assert "Thyroid profile" in response.content.decode()
    record = MedicalRecord.objects.get()
    assert (record.content_type, record.file_size, record.uploaded_by) == (content_type, len(content), doctor)
    assert timezone.localtime(record.recorded_at).date() == dt.date(2026, 10, 2)
    assert record.file_name == kept_as
    assert name not in record.file_url.name

    file = at_work.get(download_url(record))
    assert body(file) == content
    assert file["Content-Type"] == content_type
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert "no-store" in file["Cache-Control"]


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (HTML, "report.pdf", "no PDF, JPEG or PNG"),
        (SVG, "picture.svg", "no PDF, JPEG or PNG"),
        (SVG, "picture.png", "no PDF, JPEG or PNG"),
        (EXE, "setup.exe", "no PDF, JPEG or PNG"),
        (EXE, "report.pdf", "no PDF, JPEG or PNG"),
        (b"GIF89a" + b"\0" * 20, "a.gif", "no PDF, JPEG or PNG"),
        (b"hello", "a.pdf", "no PDF, JPEG or PNG"),
        (b"", "a.pdf", "The file is empty."),
        (PDF + b" " * 3_000_000, "a.pdf", "larger than 2 MB"),
        (PDF, "x" * 300 + ".pdf", "at most 200 characters"),
    ],
)
def test_other_files_are_refused_beside_the_field_and_the_text_is_kept(content, name, why, at_work, treated, settings):
    settings.MEDICAL_RECORD_MAX_BYTES = 2 * 1024 * 1024
    response = at_work.post(upload_url(treated), document(content, name))
    assert response.status_code == 422
    assert why in str(response.context["form"].errors["file"])
    page = response.content.decode()
    assert "Thyroid profile" in page
    assert "TSH 3.9" in page
    assert not MedicalRecord.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 151),
        ("record_type", "virus"),
        ("recorded_on", "1899-12-31"),
        ("recorded_on", "9999-12-31"),
        ("recorded_on", "31/31/2020"),
        ("description", "x" * 2001),
        ("file", ""),
    ],
)
def test_wrong_fields_say_what_is_wrong(field, value, at_work, treated):
    response = at_work.post(upload_url(treated), document(**{field: value}))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not MedicalRecord.objects.exists()


def test_a_date_in_the_future_and_a_nul_byte_are_refused(at_work, treated):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert at_work.post(upload_url(treated), document(recorded_on=tomorrow.isoformat())).status_code == 422
    assert at_work.post(upload_url(treated), document(title="a\0b")).status_code == 400
    assert at_work.post(upload_url(treated), document(form_token="")).status_code == 400


def test_the_same_form_sent_twice_keeps_one_document_and_a_refused_one_may_be_sent_again(at_work, treated):
    token = new_id()
    assert at_work.post(upload_url(treated), document(HTML, form_token=token)).status_code == 422
    for _ in range(2):
        assert at_work.post(upload_url(treated), document(form_token=token)).status_code == 302
    assert MedicalRecord.objects.count() == 1


def test_only_a_treating_doctor_uploads(treated, admin, receptionist, client_of):
    people = {admin: 403, receptionist: 403, treated.user: 403, DoctorFactory().user: 404}
    for person, status in people.items():
        client = client_of(person)
        assert client.get(upload_url(treated)).status_code == status
        assert client.post(upload_url(treated), document()).status_code == status
    assert not MedicalRecord.objects.exists()


def test_who_downloads(treated, doctor, admin, receptionist, client_of):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor)
    people = {
        doctor: 200,
        treated.user: 200,
        GuardianFactory(patient=treated).user: 200,
        DoctorFactory().user: 404,
        PatientFactory().user: 404,
        admin: 403,
        receptionist: 403,
    }
    for person, status in people.items():
        response = client_of(person).get(download_url(record))
        assert response.status_code == status
        if status == 200:
            assert body(response) == PDF
    shown = AuditLog.objects.filter(action="VIEW", changes__page="patients:medicalrecord_download")
    assert {entry.patient_id for entry in shown} == {treated.pk}
    assert shown.count() == 3


def test_a_file_that_the_store_has_lost_is_not_found(at_work, treated, doctor):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor)
    record.file_url.storage.delete(record.file_url.name)
    assert at_work.get(download_url(record)).status_code == 404


def test_the_list_shows_ones_own_and_ones_wards_documents(patient, client_of, doctor, receptionist):
    own = MedicalRecordFactory(patient=patient, title="Own")
    ward = MedicalRecordFactory(patient=GuardianFactory(user=patient.user).patient, title="Of the ward")
    MedicalRecordFactory(title="Of somebody else")
    address = reverse("patients:medicalrecord_list")
    answer = client_of(patient.user).get(address)
    assert {record.pk for record in answer.context["page_obj"]} == {own.pk, ward.pk}
    assert "Of somebody else" not in answer.content.decode()
    for person in (doctor, receptionist):
        assert client_of(person).get(address).status_code == 403


def test_the_list_is_filtered_by_kind_and_day(patient, client_of):
    today = timezone.localdate()
    xray = MedicalRecordFactory(patient=patient, record_type=RecordType.X_RAY)
    old = MedicalRecordFactory(patient=patient, recorded_at=timezone.now() - dt.timedelta(days=9))
    client, address = client_of(patient.user), reverse("patients:medicalrecord_list")
    for query, found in [
        ({"kind": "x_ray"}, [xray]),
        ({"since": today}, [xray]),
        ({"until": today - dt.timedelta(days=1)}, [old]),
        ({"ordering": "kind"}, [old, xray]),
    ]:
        assert list(client.get(address, query).context["page_obj"]) == found, query


def test_the_list_is_sorted_from_the_latest(patient, client_of):
    old = MedicalRecordFactory(patient=patient, title="B", recorded_at=timezone.now() - dt.timedelta(days=9))
    new = MedicalRecordFactory(patient=patient, title="A")
    client = client_of(patient.user)
    for query, order in {"": [new, old], "?ordering=recorded_at": [old, new], "?ordering=-title": [old, new]}.items():
        assert list(client.get(reverse("patients:medicalrecord_list") + query).context["page_obj"]) == order


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_for_many_rows(rows, patient, doctor, client_of, django_assert_num_queries):
    for _ in range(rows):
        MedicalRecordFactory(patient=patient, uploaded_by=doctor)
    client = client_of(patient.user)
    with django_assert_num_queries(4):
        client.get(reverse("patients:medicalrecord_list"), {"size": "50"})
