"""Uploads of several files: every kind, every bad kind, half-good batches, crashes, orphans, and the viewer."""

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
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditLog
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.patients import PDF, MedicalRecordFactory, picture
from homeo.demo.factories.scheduling import DoctorFactory
from patients import files, services
from patients.models import MedicalRecord

pytestmark = pytest.mark.django_db

DICOM = b"\0" * 128 + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", 20) + b"\0" * 60
TEXT = "TSH 3.9 mIU/L, थायरॉइड".encode()
PART = {"HX-Request": "true"}


@pytest.fixture
def treated(doctor, patient):
    """A patient whom the doctor treats."""
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    return patient


@pytest.fixture
def send(doctor, client_of, treated):
    """A function that uploads files, pairs of name and content, and returns the answer."""
    client = client_of(doctor)

    def post(*chosen, headers=None, follow=False, **fields):
        sent = []
        for name, content in chosen:
            sent.append(SimpleUploadedFile("x", content, content_type="text/html"))
            sent[-1]._name = name
        data = {"form_token": new_id(), "title": "", "record_type": "scan", "recorded_on": "2026-10-02"} | fields
        url = reverse("patients:medicalrecord_create", args=[treated.pk])
        return client.post(url, data | {"file": sent}, headers=headers or {}, follow=follow)

    return post


def address(name, record, *args):
    return reverse(f"patients:medicalrecord_{name}", args=[record.pk, *args])


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


KINDS = {
    "a.pdf": (PDF, files.PDF),
    "b.jpg": (picture("JPEG"), files.JPEG),
    "c.png": (picture("PNG"), files.PNG),
    "d.tif": (picture("TIFF"), files.TIFF),
    "e.dcm": (DICOM, files.DICOM),
    "f.txt": (TEXT, files.TEXT),
    "g.txt": ("Ἱπποκράτης".encode("utf-16"), files.TEXT),
}


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


def test_thumbnails_are_upright_small_and_carry_no_metadata(send, doctor, client_of):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "Secret"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture("JPEG", (1200, 600), exif=exif, comment=b"Secret")
    send(("phone.jpg", content))
    record = MedicalRecord.objects.get()
    answer = client_of(doctor).get(address("thumbnail", record))
    data = b"".join(answer.streaming_content)
    thumbnail = Image.open(io.BytesIO(data))
    assert thumbnail.size[0] < thumbnail.size[1] <= 480
    assert not thumbnail.getexif()
    assert b"Secret" not in data
    # The original is what was sent.
    assert record.file_url.read() == content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_pictures_of_every_mode_are_shown(mode, send, doctor, client_of):
    output = io.BytesIO()
    kind = "PNG" if mode in {"1", "L", "LA", "P", "RGBA", "I;16"} else "TIFF"
    Image.new(mode, (40, 30)).save(output, kind)
    assert send((f"a.{kind[:3].lower()}", output.getvalue())).status_code == 302
    record = MedicalRecord.objects.get()
    assert Image.open(record.thumbnail).size == (40, 30)


def test_a_tiff_is_shown_page_by_page(send, doctor, client_of):
    output = io.BytesIO()
    pages = [Image.new("L", (2500, 100), shade) for shade in (0, 128, 255)]
    pages[0].save(output, "TIFF", save_all=True, append_images=pages[1:])
    send(("fax.tif", output.getvalue()))
    record, client = MedicalRecord.objects.get(), client_of(doctor)
    assert list(client.get(address("detail", record)).context["pages"]) == [1, 2, 3]
    answer = client.get(address("page", record, 3))
    shown = Image.open(io.BytesIO(answer.content))
    assert (answer["Content-Type"], shown.size, shown.getpixel((0, 0))) == ("image/png", (2000, 80), 255)
    assert answer["Content-Security-Policy"].startswith("sandbox")
    for number in (0, 4, 1000):
        assert client.get(address("page", record, number)).status_code == 404


@pytest.mark.parametrize(
    ("name", "inline"),
    [("a.pdf", True), ("b.jpg", True), ("c.png", True), ("d.tif", False), ("e.dcm", False), ("f.txt", False)],
)
def test_only_what_is_safe_is_shown_and_the_rest_is_an_attachment(name, inline, send, doctor, client_of):
    content, kind = KINDS[name]
    send((name, content))
    record, client = MedicalRecord.objects.get(), client_of(doctor)
    answer = client.get(address("show", record))
    assert answer["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    page = client.get(address("detail", record))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert (
        page.context["viewer"]
        == {"a": "pdf", "b": "picture", "c": "picture", "d": "pages", "e": "", "f": "text"}[name[0]]
    )


def test_text_is_quoted_in_the_page(send, doctor, client_of):
    send(("note.txt", b"<b>bold</b> & more"))
    page = client_of(doctor).get(address("detail", MedicalRecord.objects.get())).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in page


def test_the_viewer_leads_to_the_neighbours_and_says_when_the_store_lost_a_file(treated, doctor, client_of):
    now = timezone.now()
    first, middle, last = (
        MedicalRecordFactory(
            patient=treated, uploaded_by=doctor, recorded_at=now - dt.timedelta(days=day), drawn="TIFF"
        )
        for day in (3, 2, 1)
    )
    client = client_of(doctor)
    context = client.get(address("detail", middle)).context
    assert (context["earlier"], context["later"]) == (first, last)
    middle.file_url.storage.delete(middle.file_url.name)
    assert "not in the store" in client.get(address("detail", middle)).content.decode()
    assert client.get(address("page", middle, 1)).status_code == 404


def test_archived_documents_stand_in_no_list_and_come_back(treated, doctor, client_of):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor, title="By mistake")
    client, own = client_of(doctor), client_of(treated.user)
    chart = reverse("patients:patient_detail", args=[treated.pk])
    page = client.post(address("archive", record), follow=True).content.decode()
    assert "is archived" in page
    assert address("restore", record) in page
    for query in ("", "?tab=documents"):
        assert "By mistake" not in client.get(chart + query).content.decode()
    assert own.get(address("detail", record)).status_code == 404
    assert "By mistake" not in own.get(reverse("patients:medicalrecord_list")).content.decode()
    archived = reverse("patients:medicalrecord_archive_list", args=[treated.pk])
    assert "By mistake" in client.get(archived).content.decode()
    assert client.get(address("download", record)).status_code == 200
    client.post(address("restore", record))
    assert "By mistake" in client.get(chart + "?tab=documents").content.decode()
    assert own.get(address("detail", record)).status_code == 200
    assert "By mistake" not in client.get(archived).content.decode()


def test_only_a_treating_doctor_archives(treated, doctor, receptionist, admin, client_of):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor)
    for person, status in {receptionist: 403, admin: 403, treated.user: 403, DoctorFactory().user: 404}.items():
        for action in ("archive", "restore"):
            assert client_of(person).post(address(action, record)).status_code == status
    record.refresh_from_db()
    assert not record.is_archived


def test_a_thumbnail_is_noted_unless_a_page_of_the_patient_was(treated, doctor, client_of):
    record = MedicalRecordFactory(patient=treated, uploaded_by=doctor, drawn="PNG")
    client, views = client_of(doctor), AuditLog.objects.filter(action="VIEW", user=doctor)
    assert client.get(address("thumbnail", record)).status_code == 200
    assert views.count() == 1
    assert client.get(address("thumbnail", record)).status_code == 200
    assert views.count() == 1
    assert client.get(address("thumbnail", MedicalRecordFactory(patient=treated))).status_code == 404


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
