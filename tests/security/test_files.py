"""Documents: taken by what they hold, kept under a name that says nothing, given back as files and nothing else."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from homeo.base.fields import new_id
from homeo.demo.factories.patients import PDF, picture
from patients.models import MedicalRecord

pytestmark = pytest.mark.django_db
PNG = picture("PNG")
JPEG = picture("JPEG")


@pytest.fixture
def upload(world, client_of):
    rows, people = world
    page = client_of(people["doctor"])

    def send(content, name="scan.pdf", content_type="application/pdf", **changed):
        MedicalRecord._base_manager.all()._raw_delete("default")
        fields = {"form_token": new_id(), "title": "Scan", "record_type": "scan", "recorded_on": "2024-02-29"} | changed
        file = SimpleUploadedFile("x", content, content_type)
        file._name = name
        path = reverse("patients:medicalrecord_create", args=[rows["patient"].pk])
        return page.post(path, fields | {"file": file}), page

    return send


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%",
        b"\0",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\0\3\0\0\0",
        b"PK\3\4" + b"\0" * 100,
        b"GIF89a" + b"\0" * 30,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#!/bin/sh\nrm -rf /",
    ],
)
def test_other_kinds_are_refused_whatever_they_are_called(upload, content):
    response, _page = upload(content)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not MedicalRecord.objects.exists()


def test_a_file_that_is_too_large_is_refused(upload, settings):
    settings.MEDICAL_RECORD_MAX_BYTES = 1000
    response, _page = upload(PDF + b"\0" * 1000)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("../../etc/passwd.pdf", PDF, "passwd.pdf"),
        ("..\\..\\boot.ini", PDF, "boot.pdf"),
        ("page.html", PDF + b"<script>alert(1)</script>", "page.pdf"),
        ("run.pdf.exe", PNG, "run.pdf.png"),
        ("x" * 180 + ".pdf", JPEG, "x" * 180 + ".jpg"),
        ("Ñandú 李.pdf", PDF, "Ñandú 李.pdf"),
        ('a";filename="b.html.pdf', PDF, None),
    ],
)
def test_a_file_comes_back_as_what_it_is(upload, name, content, kept):
    response, page = upload(content, name=name, content_type="text/html")
    assert response.status_code == 302
    record = MedicalRecord.objects.get()
    if kept:
        assert record.file_name == kept
    store = Path(settings.STORAGES["default"]["OPTIONS"]["location"]).resolve()
    assert Path(record.file_url.path).resolve().is_relative_to(store / "records" / record.patient_id)
    assert Path(record.file_url.path).suffix == ""
    answer = page.get(reverse("patients:medicalrecord_download", args=[record.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] in {"application/pdf", "image/png", "image/jpeg"}
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recorded_on", "9999-12-31"),
        ("recorded_on", "0001-01-01"),
        ("record_type", "virus"),
        ("title", "x" * 151),
        ("description", "x" * 2001),
    ],
)
def test_what_is_out_of_bounds_is_said(upload, field, value):
    response, _page = upload(PDF, **{field: value})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not MedicalRecord.objects.exists()
