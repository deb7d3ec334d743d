"""Uploads of several files: every kind, every bad kind, half-good batches, crashes, orphans."""

import datetime as dt
import io
import struct
import warnings
import zipfile
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.patients import PDF, MedicalRecordFactory, picture
from patients import files, services
from patients.models import MedicalRecord
from tests.patients.documents import DICOM, KINDS, address

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true"}


def bomb():
    """A PNG that says it has 40,000 by 40,000 pixels, in some bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")


def archive(before=b""):
    output = io.BytesIO(before)
    with zipfile.ZipFile(output, "a") as file:
        file.writestr("x.html", "<script>alert(1)</script>")
    return output.getvalue()


def test_several_files_of_every_kind_are_kept_at_once(send, treated):
    response = send(*((name, content) for name, (content, _kind) in KINDS.items()), follow=True)
    assert "7 documents are in the chart" in response.content.decode()
    kept = {record.file_name: record for record in MedicalRecord.objects.all()}
    assert {name: record.content_type for name, record in kept.items()} == {
        name: kind for name, (_content, kind) in KINDS.items()
    }
    for name, record in kept.items():
        assert record.title == name[0]
        assert record.file_url.read() == KINDS[name][0]
        assert bool(record.thumbnail) == record.content_type.startswith("image/")


BAD = {
    "empty.pdf": (b"", "The file is empty."),
    "large.pdf": (PDF + b" " * 2_000_000, "larger than 1 MB"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj<<>>endobj\n" + b"x" * 9000, "its end is missing"),
    "late.pdf": (b"<html>" + PDF, "no PDF, JPEG or PNG"),
    "page.pdf": (b"<html><script>alert(1)</script>", "no PDF, JPEG or PNG"),
    "page.txt": (b"<html><script>alert(1)</script>", "web page"),
    "page-in-text.txt": (b"Dear colleague\n\n<ScRiPt src=x>", "web page"),
    "drawing.png": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no PDF, JPEG or PNG"),
    "drawing.txt": (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "web page"),
    "program.txt": (b"#!/bin/sh\nrm -rf /", "program"),
    "binary.txt": (b"MZ\x90\0\3\0\0\0", "whatever its name says"),
    "latin.txt": ("Müller".encode("latin-1"), "whatever its name says"),
    "nul.txt": (b"a\0b", "whatever its name says"),
    "archive.zip": (archive(), "whatever its name says"),
    "archive.pdf": (archive(PDF), "ZIP archive"),
    "archive.png": (archive(picture("PNG")), "ZIP archive"),
    "animation.gif": (picture("GIF"), "whatever its name says"),
    "bomb.png": (bomb(), "million pixels"),
    "big.png": (picture("PNG", (1100, 1000)), "1 million pixels"),
    "cut.png": (picture("PNG", (300, 300))[:-40], "damaged or cut off"),
    "cut.jpg": (picture("JPEG", (300, 300))[:-200], "damaged or cut off"),
    "cut.tif": (picture("TIFF", (300, 300))[:-2000], "damaged or cut off"),
    "head.png": (b"\x89PNG\r\n\x1a\n", "damaged or cut off"),
    "head.jpg": (b"\xff\xd8\xff", "damaged or cut off"),
    "head.tif": (b"II*\0\xff\xff\xff\xff", "damaged or cut off"),
    "mixed.jpg": (b"\xff\xd8\xff" + picture("PNG"), "damaged or cut off"),
    "program.dcm": (b"MZ" + DICOM[2:], "DICOM file is damaged"),
    "cut.dcm": (DICOM[:140], "DICOM file is damaged"),
    "x" * 201 + ".pdf": (PDF, "at most 200 characters"),
}


@pytest.mark.parametrize("name", BAD, ids=lambda name: name[:20])
def test_a_bad_file_is_refused_in_words_and_the_others_of_the_batch_are_kept(name, send, settings):
    settings.MEDICAL_RECORD_MAX_BYTES = 1024 * 1024
    settings.MEDICAL_RECORD_MAX_PIXELS = 1_000_000
    content, why = BAD[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        alone = send((name, content))
        assert alone.status_code == 422
        assert not MedicalRecord.objects.exists()
        batch = send(("good.pdf", PDF), (name, content), ("fine.png", picture("PNG")), follow=True)
    errors = alone.context["form"].errors["file"]
    assert len(errors) == 1
    assert why in errors[0]
    assert name[:190] in errors[0]
    page = batch.content.decode()
    assert "2 documents are in the chart" in page
    assert why in page
    assert set(MedicalRecord.objects.values_list("file_name", flat=True)) == {"good.pdf", "fine.png"}
    assert len(stored()) == 3


def test_all_refusals_of_a_batch_are_told_and_the_form_may_be_sent_again(send):
    token = new_id()
    response = send(("a.pdf", b""), ("b.pdf", b"x"), form_token=token)
    assert len(response.context["form"].errors["file"]) == 2
    assert send(("a.pdf", PDF), form_token=token).status_code == 302


def test_too_many_files_are_refused_in_words(send):
    response = send(*((f"{n}.pdf", PDF) for n in range(21)))
    assert response.status_code == 422
    assert "at most 20 files" in str(response.context["form"].errors["file"])
    assert not MedicalRecord.objects.exists()


def test_no_more_of_a_large_file_is_kept_than_shows_that_it_is_too_large(rf, settings):
    settings.MEDICAL_RECORD_MAX_BYTES = 100_000
    sent = rf.post("/", {"file": SimpleUploadedFile("a.pdf", b"x" * 3_000_000)})
    assert 100_000 < sent.FILES["file"].size < 300_000


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("X-ray of Ñandú 李.PDF", "X-ray of Ñandú 李.PDF"),
        ("रिपोर्ट (अंतिम).pdf", "रिपोर्ट (अंतिम).pdf"),
        ("Dr. Rao's letter", "Dr. Rao's letter.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ("a\0b.pdf", "ab.pdf"),
    ],
)
def test_the_name_is_kept_and_harms_nobody(name, kept, send, doctor, client_of):
    assert send((name, PDF)).status_code == 302
    record = MedicalRecord.objects.get()
    assert record.file_name == kept
    answer = client_of(doctor).get(address("download", record))
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert not set("\r\n\0") & set(answer["Content-Disposition"])


def test_a_name_that_would_add_a_header_adds_none(doctor, client_of, treated):
    for name, kept in {"a\r\nSet-Cookie: x=1": "aSet-Cookie: x=1.pdf", 'quo"te;.pdf': 'quo"te;.pdf'}.items():
        assert files.kept_name(name, files.PDF) == kept
        record = MedicalRecordFactory(patient=treated, uploaded_by=doctor, file_name=kept)
        answer = client_of(doctor).get(address("download", record))
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert "Set-Cookie" not in answer


def test_a_name_with_a_nul_is_refused_by_the_service():
    with pytest.raises(DomainError, match="cannot be kept"):
        files.examine(ContentFile(PDF, name="a\0b.pdf"))


def test_titles_are_the_files_or_counted(send):
    send(("blood_count.pdf", PDF))
    send(("a.pdf", PDF), ("b.pdf", PDF), title="Thyroid")
    assert set(MedicalRecord.objects.values_list("title", flat=True)) == {"blood count", "Thyroid (1)", "Thyroid (2)"}


def test_a_single_file_of_the_script_gets_its_line_and_is_stored_once(send):
    token = new_id()
    for _ in range(2):
        answer = send(("a.pdf", PDF), headers=PART, form_token=token)
        record = MedicalRecord.objects.get()
        assert answer.status_code == 200
        assert answer.templates[0].name == "patients/_upload_line.html"
        assert address("detail", record) in answer.content.decode()
    refused = send(("a.pdf", b"x"), headers=PART)
    assert refused.status_code == 422
    assert "whatever its name says" in refused.content.decode()
    assert "<html" not in refused.content.decode()
    assert "kind" not in send(("b.pdf", PDF), headers=PART, follow=True).content.decode().lower()


# ── Crashes ─────────────────────────────────────────────────────────────────


def stored():
    """The files of documents in the store."""
    folders, _files = default_storage.listdir("records")
    return [
        f"records/{folder}/{name}" for folder in folders for name in default_storage.listdir(f"records/{folder}")[1]
    ]


@pytest.fixture(autouse=True)
def empty_store():
    """No files of other tests."""
    if default_storage.exists("records"):
        for path in stored():
            default_storage.delete(path)


def test_a_row_that_cannot_be_written_leaves_no_file(treated, doctor):
    file = ContentFile(picture("PNG"), name="a.png")
    with pytest.raises(Exception, match="title"):
        services.add_medical_record(
            actor=doctor, patient=treated, file=file, record_type="scan", recorded_at=timezone.now(), title="x" * 151
        )
    # What the database itself refuses, once the files are written.
    treated.pk = "nobody"
    with pytest.raises(Exception, match="patient"):
        services.add_medical_record(
            actor=doctor, patient=treated, file=file, record_type="scan", recorded_at=timezone.now()
        )
    assert not MedicalRecord.objects.exists()
    assert not default_storage.exists("records") or stored() == []


def test_files_without_a_row_are_cleared_after_a_day_and_others_stay(treated, doctor):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor, drawn="PNG")
    archived = MedicalRecordFactory(patient=treated, uploaded_by=doctor, archived_at=timezone.now())
    orphans = [
        default_storage.save(f"records/{treated.pk}/{new_id()}", ContentFile(PDF)),
        default_storage.save("records/nobody/x", ContentFile(PDF)),
    ]
    now = timezone.now()
    assert services.clear_orphan_files(now=now) == 0
    assert services.clear_orphan_files(now=now + dt.timedelta(days=2)) == 2
    kept = {record.file_url.name, record.thumbnail.name, archived.file_url.name}
    assert set(stored()) == kept
    assert not any(default_storage.exists(path) for path in orphans)
