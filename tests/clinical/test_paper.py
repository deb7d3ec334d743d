"""Prescriptions, labels and letters as PDF: what they say, in which fonts, and that they are always the same."""

import datetime as dt
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical import services
from clinical.documents.label import labels_pdf
from clinical.documents.layout import runs_right_to_left
from clinical.documents.letter import letter_pdf
from clinical.documents.prescription import Check, prescription_pdf
from clinical.models import Prescription
from homeo.demo.factories.clinical import LetterFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from tests.clinical.reading import POPPLER, fonts_of, notes_of, pages_of, python_text_of, reader_of, text_of

pytestmark = pytest.mark.django_db

CHECK = Check(code="7K3M-Q9TZ-4H2B-XW8C", address="https://clinic.example/rx/7K3M-Q9TZ-4H2B-XW8C/")
SIGNED = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
NAMES = {
    "Latin": ("Łukasz", "Müller-Śliwa"),
    "Devanagari": ("क्षत्रिय", "शर्मा"),
    "Bengali": ("কৌশিক", "সেন"),
    "Tamil": ("கோபாலகிருஷ்ணன்", "ஐயர்"),
    "Arabic": ("محمد", "عبد الله حسن"),
    "Gurmukhi": ("ਗੁਰਪ੍ਰੀਤ", "ਸਿੰਘ"),
    "Gujarati": ("કૃષ્ણ", "પટેલ"),
    "Odia": ("ଜଗନ୍ନାଥ", "ଦାସ"),
    "Telugu": ("శ్రీనివాస", "రావు"),
    "Kannada": ("ಕೃಷ್ಣ", "ರಾವ್"),
    "Malayalam": ("കൃഷ്ണൻ", "നായർ"),
    "Sinhala": ("ප්‍රියන්ත", "සිල්වා"),
    "Chinese": ("小龙", "李"),
}


def signed(doctor, lines=1, *, patient=None, **fields):
    patient = patient or PatientFactory(user__first_name="Asha", user__last_name="Rao")
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, signed_at=SIGNED, **fields)
    for position in range(lines):
        PrescriptionItemFactory(prescription=prescription, position=position, notes="Dry on the tongue")
    return loaded(prescription)


def loaded(prescription):
    rows = Prescription.objects.with_items().select_related("patient__user", "doctor__doctor")
    return rows.get(pk=prescription.pk)


@pytest.fixture(autouse=True)
def clinic_in_kolkata(settings):
    """The moments of this module are told as clocks in Kolkata show them."""
    settings.TIME_ZONE = "Asia/Kolkata"


@pytest.fixture
def named(doctor):
    """A function that returns a prescription for a patient of a name."""

    def prescribe(first, last, **fields):
        return signed(doctor, patient=PatientFactory(user__first_name=first, user__last_name=last), **fields)

    return prescribe


@pytest.mark.parametrize("size", ["A5", "A4"])
def test_a_prescription_says_everything(doctor, settings, size):
    settings.CLINIC_NAME, settings.CLINIC_ADDRESS, settings.CLINIC_PHONE = (
        "Neem House",
        "Park Street 4",
        "033 2222 1111",
    )
    prescription = signed(doctor, 2, notes="No coffee.\nCome back on Friday.")
    visit = AppointmentFactory.build(
        doctor=doctor, appointment_date=dt.date(2026, 12, 1), appointment_time=dt.time(10, 20)
    )
    content = prescription_pdf(prescription, check=CHECK, next_visit=visit, size=size)
    width, height = (float(side) * 25.4 / 72 for side in reader_of(content).pages[0].mediabox[2:])
    assert (round(width), round(height)) == {"A5": (148, 210), "A4": (210, 297)}[size]
    for text in (text_of(content), python_text_of(content)):
        flat = " ".join(text.split())
        for word in (
            *("Neem House", "Park Street 4", "033 2222 1111", doctor.display_name, doctor.doctor.qualifications),
            *(f"Licence {doctor.doctor.license_number}", "Asha Rao", "Female, 41 years", "Tue 24 Nov 2026"),
            *(prescription.patient.file_number, "Natrum muriaticum 200C", "4 globules, one dose, 1 day"),
            *("Dry on the tongue", "No coffee.", "Come back on Friday.", "Tue 1 Dec 2026, 10:20", "1.", "2."),
            *("clinic.example/rx/", CHECK.code, f"Signed by {doctor.display_name}", "Tue 24 Nov 2026, 10:30"),
            "Page 1 of 1",
        ):
            assert word in flat, word


@pytest.mark.parametrize("script", NAMES)
def test_names_are_readable_in_every_script(named, script):
    first, last = NAMES[script]
    content = prescription_pdf(named(first, last), check=CHECK)
    # Another reader takes the dots of Arabic letters for the ends of words.
    text = text_of(content) if POPPLER else "".join(text_of(content).split())
    # Poppler leaves out the signs that join letters without being seen.
    assert all(word.replace("\u200d", "") in text for word in f"{first} {last}".split())
    if script not in {"Latin", "Arabic", "Chinese"}:
        assert f"{first} {last}" in notes_of(content)
    assert all(fonts_of(content).values())


def test_the_letters_of_a_script_come_in_its_own_font(named):
    content = prescription_pdf(named("রমেশ", "शर्मा"), check=CHECK)
    names = " ".join(fonts_of(content))
    assert "NotoSansBengali" in names
    assert "NotoSansDevanagari" in names
    assert "NotoSansTamil" not in names


def test_only_the_fonts_that_are_needed_are_embedded(named):
    content = prescription_pdf(named("Asha", "Rao"), check=CHECK)
    assert len(fonts_of(content)) == 2
    assert len(content) < 30_000


def test_a_sign_that_no_font_has_does_not_vanish_unseen(named):
    content = prescription_pdf(named("Ana 🌿", "陳", notes="≥ 3 days, ♀️ → 李"), check=CHECK)
    text = text_of(content)
    assert "Ana \ufffd \ufffd" in text
    assert "\ufffd 3 days, ♀" in text
    assert "→ 李" in text


ODD = [
    '<b>Ñandú</b> O\'Brien & "Söhne"',
    "李 明 👩🏽‍⚕️ Zo\u0308e\u0301 İlker ß",
    "\u202egnp.exe (a) \\ %d {}",
    "א\u200fب ק",
    "x" * 80,
    ") Tj ET",
]


@pytest.mark.parametrize("text", ODD)
def test_no_text_breaks_a_document(named, doctor, text):
    prescription = named(text, text, notes=f"{text}\r\n\t\x0b{text}")
    PrescriptionItemFactory(prescription=prescription, medicine_name=text[:120], notes=text)
    prescription = loaded(prescription)
    prescription.doctor.first_name = text
    for content in (
        prescription_pdf(prescription, check=CHECK),
        labels_pdf(prescription),
        letter_pdf(LetterFactory(patient=prescription.patient, doctor=doctor, text=text)),
        letter_pdf(LetterFactory(patient=prescription.patient, doctor=doctor, referral=True, addressee=text)),
    ):
        assert "H-0" in text_of(content)
        assert len(reader_of(content).pages) <= 3


def test_a_long_name_of_the_doctor_stays_on_the_paper(named):
    prescription = named("Asha", "Rao")
    prescription.doctor.first_name, prescription.doctor.last_name = "Tobias", "Lindqvist-Featherstonehaugh"
    content = prescription_pdf(prescription, check=CHECK)
    assert "Lindqvist-Featherstonehaugh" in text_of(content)
    for line in text_of(content).splitlines():
        assert "Signed by" not in line or "Lindqvist" not in line


def test_what_stands_for_the_number_of_pages_cannot_be_typed(named):
    content = prescription_pdf(named("{nb}", "Rao", notes="{nb} pages"), check=CHECK)
    assert "{nb} Rao" in text_of(content)
    assert "{nb} pages" in text_of(content)


def test_a_long_prescription_goes_on_over_numbered_pages(doctor):
    prescription = signed(doctor, 30)
    pages = pages_of(prescription_pdf(prescription, check=CHECK))
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in " ".join(page.split())
        assert "Asha Rao" in page
        assert prescription.patient.file_number in page
    assert sum(page.count("Natrum muriaticum 200C") for page in pages) == 30
    assert [CHECK.code in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert "30." in "".join(pages)


def test_no_line_is_parted_between_two_pages(doctor):
    pages = pages_of(prescription_pdf(signed(doctor, 30), check=CHECK))
    for page in pages:
        assert page.count("Natrum muriaticum") == page.count("4 globules") == page.count("Dry on the tongue")


@pytest.mark.parametrize("lines", range(5, 10))
def test_the_signature_never_runs_over_the_lines(doctor, lines):
    content = prescription_pdf(signed(doctor, lines, notes="One.\nTwo.\nThree.\nFour."), check=CHECK)
    text = text_of(content)
    assert text.index("Four.") < text.index("Signature")
    assert text.count("Signature") == 1


def test_a_long_word_is_broken_and_nothing_is_lost(doctor):
    word = "Nux" * 60
    prescription = signed(doctor, notes=word)
    text = text_of(prescription_pdf(prescription, check=CHECK))
    assert word in "".join(text.split())


def test_the_same_rows_give_the_same_bytes(doctor, named):
    for prescription in (signed(doctor, 3), named(*NAMES["Tamil"])):
        assert prescription_pdf(prescription, check=CHECK) == prescription_pdf(prescription, check=CHECK)
        assert labels_pdf(prescription) == labels_pdf(prescription)


def test_the_age_is_that_of_the_day_of_signing(doctor):
    child = PatientFactory(date_of_birth=dt.date(2025, 5, 1))
    prescription = signed(doctor, patient=child)
    prescription.signed_at = dt.datetime(2025, 9, 2, tzinfo=dt.UTC)
    assert "4 months" in text_of(prescription_pdf(prescription, check=CHECK))


def test_a_file_asks_for_nothing_from_elsewhere(doctor):
    content = prescription_pdf(signed(doctor, 3), check=CHECK)
    assert not [
        sign for sign in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/XObject") if sign in content
    ]


def test_a_prescription_that_is_void_says_so(doctor):
    prescription = signed(doctor, archived_at=timezone.now())
    assert "Not valid any more." in text_of(prescription_pdf(prescription, check=CHECK))


def test_prose_from_right_to_left_begins_at_the_right():
    assert runs_right_to_left("12. تجنب القهوة")
    assert not runs_right_to_left("No coffee, محمد")
    assert not runs_right_to_left("12.")


# ── Labels ──────────────────────────────────────────────────────────────────
def test_each_medicine_has_its_label(doctor):
    prescription = signed(doctor, 3)
    pages = pages_of(labels_pdf(prescription))
    assert len(pages) == 3
    for page in pages:
        flat = " ".join(page.split())
        for word in ("Natrum muriaticum 200C", "4 globules, one dose, 1 day", "Dry on the tongue", "Asha Rao"):
            assert word in flat
        assert prescription.patient.file_number in flat
        assert "Keep dry and cool" in flat


def test_the_longest_line_stays_on_its_label(doctor):
    prescription = signed(doctor, 0)
    PrescriptionItemFactory(
        prescription=prescription,
        medicine_name="Calendula " * 12,
        potency="30C",
        dosage="4 globules in half a glass of water " * 2,
        frequency="three times a day after meals " * 2,
        duration="until the cough has gone " * 2,
        notes="Dry on the tongue. " * 15,
    )
    content = labels_pdf(loaded(prescription))
    assert len(reader_of(content).pages) == 1
    assert "Asha Rao" in text_of(content)
    assert "…" in text_of(content)


# ── Letters ─────────────────────────────────────────────────────────────────
def test_a_certificate_is_printed_as_it_was_signed(doctor, patient, settings):
    letter = LetterFactory(doctor=doctor, patient=patient, kind="UNFIT", signed_at=SIGNED, text="Rest was advised.")
    before, old_name = letter_pdf(letter), patient.name
    settings.CLINIC_NAME = "Another clinic"
    patient.user.first_name = doctor.first_name = "Changed"
    patient.user.save()
    doctor.save()
    letter.refresh_from_db()
    assert letter_pdf(letter) == before
    flat = " ".join(text_of(before).split())
    for word in ("Certificate of illness", old_name, "Rest was advised.", "born 14 Mar 1985", "Page 1 of 1"):
        assert word in flat
    assert "unfit for work or school from Tue 24 Nov 2026 to Thu 26 Nov 2026" in flat


def test_a_referral_has_its_addressee_and_goes_on_over_pages(doctor, patient):
    letter = LetterFactory(
        doctor=doctor, patient=patient, referral=True, text="A line of the case, told at length.\n\n" * 80
    )
    pages = pages_of(letter_pdf(letter))
    assert len(pages) > 1
    assert "Department of Cardiology" in pages[0]
    assert sum(page.count("told at length") for page in pages) == 80
    assert f"Page 2 of {len(pages)}" in " ".join(pages[1].split())


def test_a_withdrawn_letter_says_so(doctor, patient):
    letter = LetterFactory(doctor=doctor, patient=patient, archived_at=timezone.now())
    assert "Withdrawn: not valid any more." in text_of(letter_pdf(letter))


# ── Over the web ────────────────────────────────────────────────────────────
def test_the_file_is_shown_safely_and_named_without_the_patient(at_work, doctor):
    prescription = signed(doctor)
    response = at_work.get(reverse("clinical:prescription_print", args=[prescription.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"
    name = f"prescription-{prescription.patient.file_number}-2026-11-24.pdf"
    assert response["Content-Disposition"] == f'inline; filename="{name}"'
    flat = " ".join(text_of(response.content).split())
    assert prescription.check_code in flat
    assert "testserver/rx/" in flat


def test_the_size_is_one_of_two(at_work, doctor):
    url = reverse("clinical:prescription_print", args=[signed(doctor).pk])
    for asked, width in (("", 148), ("?size=A4", 210), ("?size=a4", 210), ("?size=A0", 148), ("?size=%00", None)):
        response = at_work.get(url + asked)
        if width is None:
            assert response.status_code == 400
        else:
            assert round(float(reader_of(response.content).pages[0].mediabox[2]) * 25.4 / 72) == width


def test_the_next_visit_is_the_one_that_follows(at_work, doctor):
    prescription = PrescriptionItemFactory(prescription=PrescriptionFactory(doctor=doctor)).prescription
    today = timezone.localdate()
    for days, status in ((0, "CONFIRMED"), (7, "CANCELLED"), (9, "CONFIRMED"), (20, "CONFIRMED")):
        AppointmentFactory(
            patient=prescription.patient,
            doctor=doctor,
            appointment_date=today + dt.timedelta(days=days),
            status=status,
            cancel_reason="Away" if status == "CANCELLED" else "",
        )
    response = at_work.get(reverse("clinical:prescription_print", args=[prescription.pk]))
    text = text_of(response.content)
    assert "Next visit" in text
    assert f"{today + dt.timedelta(days=9):%a %-d %b %Y}" in text


def test_a_printed_page_is_on_record(at_work, doctor, client_of):
    from accounts.models import AuditLog

    prescription = signed(doctor)
    for name in ("prescription_print", "prescription_labels"):
        at_work.get(reverse(f"clinical:{name}", args=[prescription.pk]))
        entry = AuditLog.objects.filter(action="VIEW").latest("created_at")
        assert entry.changes == {"page": f"clinical:{name}"}
        assert (entry.user_id, entry.patient_id) == (doctor.pk, prescription.patient_id)
    seen = client_of(prescription.patient.user).get(reverse("access_list")).content.decode()
    assert seen.count("Prescription, printed") == 2


def test_no_label_is_printed_of_what_was_replaced_or_withdrawn(at_work, doctor):
    replaced, withdrawn = signed(doctor), signed(doctor, archived_at=SIGNED)
    line = {"medicine_name": "Sepia", "potency": "200C", "dosage": "4 globules", "frequency": "daily", "notes": ""}
    services.replace_prescription(actor=doctor, prescription=replaced, items=[line | {"duration": "3"}], reason="Slip")
    for prescription in (replaced, withdrawn):
        assert at_work.get(reverse("clinical:prescription_labels", args=[prescription.pk])).status_code == 404
        page = at_work.get(reverse("clinical:prescription_detail", args=[prescription.pk])).content.decode()
        assert reverse("clinical:prescription_print", args=[prescription.pk]) in page
        assert reverse("clinical:prescription_labels", args=[prescription.pk]) not in page


@pytest.mark.parametrize("lines", [1, 30])
def test_printing_asks_the_database_the_same_few_times(at_work, doctor, lines, django_assert_num_queries):
    url = reverse("clinical:prescription_print", args=[signed(doctor, lines).pk])
    at_work.get(url)
    with django_assert_num_queries(6):
        at_work.get(url)


def test_nothing_of_a_document_stands_in_the_log(at_work, doctor, caplog):
    prescription = signed(doctor, patient=PatientFactory(user__first_name="Ζωή", user__last_name="🌿"))
    at_work.get(reverse("clinical:prescription_print", args=[prescription.pk]))
    assert not [record for record in caplog.records if record.name.startswith(("fontTools", "fpdf"))]


def test_a_page_is_made_quickly(doctor):
    prescription = signed(doctor, 4)
    prescription_pdf(prescription, check=CHECK)
    begun = time.process_time()
    prescription_pdf(prescription, check=CHECK)
    assert time.process_time() - begun < 0.6
