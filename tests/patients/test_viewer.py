"""Documents as they are shown: thumbnails, pages, text, what is archived, and who may."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditLog
from homeo.demo.factories.patients import MedicalRecordFactory, picture
from homeo.demo.factories.scheduling import DoctorFactory
from patients.models import MedicalRecord
from tests.patients.documents import KINDS, address

pytestmark = pytest.mark.django_db


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
