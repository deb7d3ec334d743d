"""The timeline of a chart: one stream of all kinds, filtered, searched in full text, paged by keyset."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import (
    ConsultationFactory,
    LetterFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.patients import MedicalRecordFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from patients import chart, timeline
from scheduling.models import VisitType

pytestmark = pytest.mark.django_db


def url(patient, **query):
    return reverse("patients:patient_detail", args=[patient.pk], query=query)


@pytest.fixture
def told(patient, doctor, receptionist):
    """A patient with a row of every kind, a day apart from each other, the consultation last."""
    now = timezone.now()
    follow_up = VisitType.objects.get(name="Follow-up")
    InvoiceFactory(patient=patient, description="Consultation fee", created_at=now - dt.timedelta(days=5))
    day = timezone.localdate() - dt.timedelta(days=4)
    AppointmentFactory(
        patient=patient,
        doctor=doctor,
        booked_by=receptionist,
        appointment_date=day,
        visit_type=follow_up,
        notes="On wheels",
    )
    MedicalRecordFactory(
        patient=patient,
        uploaded_by=doctor,
        title="Échographie",
        description="थायरॉइड TSH 3.9",
        recorded_at=now - dt.timedelta(days=3),
    )
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, signed_at=now - dt.timedelta(days=2))
    for position, name in enumerate(["Natrum muriaticum", "Nux-vomica"]):
        PrescriptionItemFactory(prescription=prescription, medicine_name=name, position=position)
    ConsultationFactory(
        patient=patient, doctor=doctor, completed=True, diagnosis="Migräne", scheduled_at=now - dt.timedelta(days=1)
    )
    return patient


def kinds(stream):
    return [entry.icon for entry in stream.entries]


def test_every_kind_is_told_with_its_short_content(told, doctor, receptionist, client_of):
    entries = client_of(doctor).get(url(told)).context["stream"].entries
    assert [(entry.icon, entry.title, entry.text, entry.state) for entry in entries] == [
        ("stethoscope", "Migräne", "Headache over the eyes, worse from sun", "completed"),
        (
            "pill",
            "Natrum muriaticum 200C, Nux-vomica 200C",
            "4 globules, one dose, 1 day; 4 globules, one dose, 1 day",
            "signed",
        ),
        ("paperclip", "Échographie", "थायरॉइड TSH 3.9", ""),
        ("calendar-event", "Follow-up, 20 minutes", "On wheels", "confirmed"),
    ]
    assert {entry.by.split(", uploaded by ")[-1] for entry in entries} == {doctor.display_name}
    at_desk = client_of(receptionist).get(url(told)).context["stream"]
    assert kinds(at_desk) == ["calendar-event", "receipt-rupee"]
    assert at_desk.entries[0].at == entries[3].at
    assert at_desk.entries[1].title.endswith(", ₹600.00")


FOUND = {
    "migrane": ["stethoscope"],
    "MIGRÄ": ["stethoscope"],
    "eyes headache": ["stethoscope"],
    "headache sepia": [],
    "echographie": ["paperclip"],
    "3.9": ["paperclip"],
    "थायरॉइड": ["paperclip"],
    "थाय": ["paperclip"],
    "thyroid.pdf": ["paperclip"],
    "muriaticum": ["pill"],
    "nat-mur": [],
    "nux-v": ["pill"],
    "natrum vomica": ["pill"],
    "200c": ["pill"],
    "wheels": ["calendar-event"],
    "fee": [],
    "'": ["stethoscope", "pill", "paperclip", "calendar-event"],
    "a' & !b | (c:*": [],
    "ŉ \\ %s {table}": [],
    "%": ["stethoscope", "pill", "paperclip", "calendar-event"],
}


@pytest.mark.parametrize("text", FOUND)
def test_words_are_found_by_their_beginnings_whatever_case_and_accents(text, told, doctor):
    stream = timeline.read(doctor, told, chart.sections_for(doctor), words=timeline.words_of(text))
    assert kinds(stream) == FOUND[text]


def test_each_role_finds_in_what_it_may_read(told, doctor, receptionist, admin):
    def found(user, text):
        return kinds(timeline.read(user, told, chart.sections_for(user), words=timeline.words_of(text)))

    for clinical in ("migrane", "natrum", "echographie", "thyroid"):
        assert found(receptionist, clinical) == found(admin, clinical) == []
    assert found(receptionist, "fee") == ["receipt-rupee"]
    ConsultationFactory(patient=told, doctor=doctor, diagnosis="Unfinished")
    PrescriptionItemFactory(prescription__patient=told, prescription__signed_at=None, medicine_name="Unsigned")
    MedicalRecordFactory(patient=told, title="Put away", archived_at=timezone.now())
    assert found(doctor, "unfinished") == ["stethoscope"]
    assert found(told.user, "unfinished") == found(told.user, "unsigned") == []
    assert found(doctor, "away") == found(told.user, "away") == []
    assert found(told.user, "migrane") == ["stethoscope"]
    assert found(told.user, "fee") == ["receipt-rupee"]


def test_lines_are_found_as_they_stand(told, doctor):
    def found(text):
        return kinds(timeline.read(doctor, told, chart.sections_for(doctor), words=timeline.words_of(text)))

    natrum, nux = told.prescriptions.get().items.all()
    natrum.medicine_name = "Sepia officinalis"
    natrum.save()
    assert (found("sepia vomica"), found("natrum")) == (["pill"], [])
    # Of two lines one may end as a word begins with which the other goes on.
    natrum.notes = "Nux"
    natrum.save()
    nux.medicine_name = "Vomica"
    nux.save()
    assert (found("nux"), found("vom"), found("nux-vom")) == (["pill"], ["pill"], [])
    natrum.delete()
    assert (found("nux"), found("vom")) == ([], ["pill"])
    nux.delete()
    assert found("vom") == []


def test_a_document_shows_its_picture_or_the_kind_of_its_file(patient, doctor, client_of):
    AppointmentFactory(patient=patient, doctor=doctor)
    for fields in ({"drawn": "PNG"}, {}, {"content_type": "application/dicom"}):
        MedicalRecordFactory(patient=patient, uploaded_by=doctor, **fields)
    entries = timeline.read(doctor, patient, chart.sections_for(doctor)).entries
    assert [(bool(entry.picture), entry.format) for entry in entries if entry.icon == "paperclip"] == [
        (False, "DICOM"),
        (False, "PDF"),
        (True, "PNG"),
    ]
    for tab in ("overview", "documents"):
        page = client_of(doctor).get(url(patient, tab=tab)).content.decode()
        assert (page.count("thumbnail/"), page.count("</svg>PDF</span>"), page.count("</svg>DICOM</span>")) == (1, 1, 1)


def test_what_is_put_together_for_one_is_asked_for_another(told, doctor, client_of):
    """The queries are made once for a role: nobody may get what the one before asked for."""
    other, stranger = PatientFactory(), DoctorFactory().user
    ConsultationFactory(patient=other, doctor=stranger, completed=True, diagnosis="Hay fever")
    for person, patient, titles in (
        (doctor, told, ["Migräne", "Natrum muriaticum 200C, Nux-vomica 200C", "Échographie", "Follow-up, 20 minutes"]),
        (stranger, other, ["Hay fever"]),
        (other.user, other, ["Hay fever"]),
    ):
        page = client_of(person).get(url(patient))
        assert [entry.title for entry in page.context["stream"].entries] == titles
        counts = {tab["section"].key: tab["count"] for tab in page.context["tabs"]}
        assert counts["consultations"] == 1
        assert counts["documents"] == (patient == told)
        assert client_of(person).get(url(told if patient == other else other)).status_code == 404


def test_letters_are_told_and_found(told, doctor, receptionist):
    letter = LetterFactory(patient=told, doctor=doctor, referral=True)
    withdrawn = LetterFactory(patient=told, doctor=doctor, archived_at=timezone.now())
    entries = timeline.read(doctor, told, chart.sections_for(doctor)).entries[:2]
    assert [(entry.icon, entry.title, entry.state) for entry in entries] == [
        ("certificate", withdrawn.get_kind_display(), "void"),
        ("certificate", "Referral letter", "signed"),
    ]
    assert entries[1].text == letter.addressee
    for person, titles in ((doctor, ["Referral letter"]), (told.user, ["Referral letter"]), (receptionist, [])):
        found = timeline.read(person, told, chart.sections_for(person), words=["cardiol"]).entries
        assert [entry.title for entry in found] == titles


def test_the_words_stand_in_no_address(told, doctor, client_of):
    client = client_of(doctor)
    answer = client.post(url(told, kind="documents"), {"q": "Échographie"})
    assert answer.status_code == 302
    assert "chographie" not in answer["Location"]
    page = client.get(answer["Location"])
    assert kinds(page.context["stream"]) == ["paperclip"]
    assert 'value="Échographie"' in page.content.decode()
    assert client.post(url(told), {"q": "  "})["Location"] == url(told).partition("?")[0] + "?"
    # Somebody else's key finds no words, and so shows everything.
    other = client_of(told.user).get(answer["Location"])
    assert other.context["search_text"] == ""
    assert client.post(url(told), {"q": "zzz"}, follow=True).context["stream"].entries == []
    assert client.post(url(told), {"q": "a\0b"}).status_code == 400
    assert client.post(url(PatientFactory()), {"q": "x"}).status_code == 404


def test_a_search_by_htmx_is_answered_by_the_timeline_alone(told, doctor, client_of, django_assert_num_queries):
    client, htmx = client_of(doctor), {"HX-Request": "true"}
    client.post(url(told), {"q": "warm up"}, headers=htmx)
    # The session, the account, the patient, the stream, the audit log, and the words in the session with a savepoint.
    with django_assert_num_queries(8):
        part = client.post(url(told, kind="documents"), {"q": "Échographie"}, headers=htmx)
    html = part.content.decode()
    assert kinds(part.context["stream"]) == ["paperclip"]
    assert "<html" not in html
    assert "With “Échographie”." in html
    address = part.headers["HX-Replace-Url"]
    assert address.startswith(f"{url(told)}?kind=documents&search=")
    assert "chographie" not in address
    assert kinds(client.get(address).context["stream"]) == ["paperclip"]
    nothing = client.post(url(told), {"q": "zzz"}, headers=htmx)
    assert "Nothing found" in nothing.content.decode()
    assert client.post(url(PatientFactory()), {"q": "x"}, headers=htmx).status_code == 404


def test_one_kind_is_shown_whole(told, doctor, client_of):
    begun = AppointmentFactory(
        patient=told,
        doctor=doctor,
        appointment_date=timezone.localdate() - dt.timedelta(days=9),
        started_at=timezone.now() - dt.timedelta(days=9),
    )
    client = client_of(doctor)
    assert len(client.get(url(told)).context["stream"].entries) == 4
    visits = client.get(url(told, kind="visits")).context["stream"].entries
    assert [entry.url.split("/")[-2] for entry in visits][-1] == begun.pk
    assert len(visits) == 2
    assert client.get(url(told, kind="invoices")).context["is_everything"]


def test_pages_follow_each_other_without_gap_or_repetition(patient, doctor, client_of):
    same = timezone.now().replace(microsecond=123456)
    bulk.create(
        [
            ConsultationFactory.build(
                patient=patient, doctor=doctor, completed=True, scheduled_at=same - dt.timedelta(hours=n // 7)
            )
            for n in range(40)
        ]
    )
    for n in range(40):
        MedicalRecordFactory(patient=patient, uploaded_by=doctor, recorded_at=same - dt.timedelta(hours=n // 7))
    client, seen, address = client_of(doctor), [], url(patient)
    for expected in (15, 50, 15):
        answer = client.get(address)
        stream = answer.context["stream"]
        seen += [(entry.at, entry.url) for entry in stream.entries]
        assert len(stream.entries) == expected
        address = f"{url(patient)}?{answer.context['older_query']}"
    assert stream.older is None
    assert len(set(seen)) == 80
    assert [at for at, _url in seen] == sorted((at for at, _url in seen), reverse=True)
    part = client.get(f"{url(patient)}?before={timeline.Cursor(same, 'zz')}", headers={"HX-Request": "true"})
    assert part.templates[0].name == "patients/_chart_stream.html"
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize(
    "text", ["", "x", "1-", "-5", "9" * 30 + "-a", "99999999999999999-a", "1-A", "1-a'", "1-a\n", "٣-a"]
)
def test_a_place_that_is_none_is_the_beginning(text, told, doctor, client_of):
    assert len(client_of(doctor).get(url(told, before=text)).context["stream"].entries) == 4


def test_a_place_is_read_as_it_is_written():
    cursor = timeline.Cursor(dt.datetime(1951, 3, 4, 5, 6, 7, 89, tzinfo=dt.UTC), "abc1")
    assert timeline.Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize("query", [{}, {"kind": "documents"}])
def test_the_stream_is_as_cheap_for_a_long_history(query, patient, doctor, receptionist, client_of):
    def fill(count, first):
        """Add so many visits with consultation and prescription, and four times as many documents."""
        today = timezone.localdate()
        bulk.create(
            [
                AppointmentFactory.build(
                    patient=patient,
                    doctor=doctor,
                    booked_by=receptionist,
                    appointment_date=today - dt.timedelta(days=first + n),
                )
                for n in range(count)
            ]
        )
        written = bulk.create(
            [
                ConsultationFactory.build(
                    patient=patient,
                    doctor=doctor,
                    completed=True,
                    scheduled_at=timezone.now() - dt.timedelta(days=first + n),
                )
                for n in range(count)
            ]
        )
        bulk.create(
            [
                MedicalRecordFactory.build(
                    patient=patient,
                    uploaded_by=doctor,
                    file_url="records/x",
                    thumbnail="",
                    recorded_at=timezone.now() - dt.timedelta(days=n % 300),
                )
                for n in range(count * 4)
            ]
        )
        prescriptions = bulk.create(
            [PrescriptionFactory.build(patient=patient, doctor=doctor, consultation=one) for one in written]
        )
        bulk.create([PrescriptionItemFactory.build(prescription=one) for one in prescriptions])

    client, asked = client_of(doctor), []
    for count, first in ((5, 1), (200, 10)):
        fill(count, first)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url(patient, **query))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 9


@pytest.mark.parametrize(
    ("letters", "shape"),
    [("कखगघचछजझटठडढतथदध", (4, 4, 4)), ("".join(map(chr, range(0x20000, 0x22000))), (2, 2)), ("abcdefgh", (3000,))],
    ids=["Devanagari", "rare", "long"],
)
def test_the_longest_texts_are_kept_and_found(letters, shape, patient, doctor):
    chance = random.Random(1)

    def text(length):
        # Words with hyphens are found whole and in parts, and what is said twice takes no room.
        size = sum(shape) + len(shape)
        words = ("-".join("".join(chance.choices(letters, k=k)) for k in shape) for _ in range(length // size + 1))
        return " ".join(words)[:length]

    note = ConsultationFactory(patient=patient, doctor=doctor, complaints=f"Vertigo {text(59_000)}")
    for name in ("diagnosis", "prescription", "notes"):
        setattr(note, name, text(note._meta.get_field(name).max_length))
    note.full_clean()
    note.save()
    [entry] = timeline.read(doctor, patient, chart.sections_for(doctor), words=["vertigo"]).entries
    assert entry.url == reverse("clinical:consultation_detail", args=[note.pk])


def test_the_same_words_keep_their_key_and_others_get_one(told, doctor, client_of):
    client = client_of(doctor)

    def key_of(text):
        return client.post(url(told), {"q": text})["Location"].rpartition("search=")[2]

    first = key_of("migrane")
    assert key_of(" migrane ") == first
    others = [key_of(f"word{n}") for n in range(10)]
    assert len({first, *others}) == 11
    assert client.get(url(told, search=first)).context["search_text"] == "migrane"
    # Nearly gone: it gets a key that stays.
    latest = key_of("migrane")
    assert latest != first
    for n in range(10):
        key_of(f"more{n}")
    assert client.get(url(told, search=latest)).context["search_text"] == "migrane"
    assert client.get(url(told, search=first)).context["search_text"] == ""
