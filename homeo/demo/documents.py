"""Small documents that are really PDF and PNG files."""

import datetime as dt
import random
import struct
import zlib

from django.core.files.base import ContentFile

from accounts.audit import bulk
from homeo.demo.factories.patients import MedicalRecordFactory
from homeo.demo.people import People, came
from patients import files
from patients.models import MedicalRecord, Patient, RecordType

REPORTS = (
    (
        "Thyroid profile",
        "thyroid-profile.pdf",
        RecordType.LAB_REPORT,
        "TSH 3.9 mIU/L, free T4 in range.",
        ("TSH            3.9   mIU/L    0.4 - 4.0", "Free T4       14.1   pmol/L   12 - 22"),
    ),
    (
        "Blood count",
        "blood-count.pdf",
        RecordType.LAB_REPORT,
        "",
        ("Haemoglobin   12.4   g/dL     12.0 - 15.5", "White cells    6.8   10^9/L   4.0 - 11.0"),
    ),
    (
        "Vitamin D and B12",
        "vitamins.pdf",
        RecordType.LAB_REPORT,
        "Vitamin D low.",
        ("25-OH vitamin D   18   ng/mL   30 - 100", "Vitamin B12      342   pg/mL   200 - 900"),
    ),
    (
        "Letter of the neurologist",
        "neurologist.pdf",
        RecordType.LETTER,
        "",
        ("Migraine without aura. Examination normal.", "No imaging needed unless the pattern changes."),
    ),
    (
        "Prescription of the family doctor",
        "family-doctor.pdf",
        RecordType.PRESCRIPTION,
        "",
        ("Tab. Levothyroxine 75 mcg, mornings", "Tab. Naproxen 500 mg, if needed"),
    ),
    ("MRI of the head", "mri-head.png", RecordType.SCAN, "No abnormality seen.", ()),
    ("X-ray of the left ankle", "ankle.png", RecordType.X_RAY, "No fracture.", ()),
)
OF_ASHA = ((40, 0), (41, 1), (300, 3), (250, 4), (1200, 5), (10, 6))
OTHERS = 40


def add_documents(rng: random.Random, now: dt.datetime, people: People) -> None:
    """Save documents of Asha and of some others, uploaded by doctors and by patients."""
    records = [
        _record(people.asha, REPORTS[kind], now - dt.timedelta(days=ago), people.doctors[0]) for ago, kind in OF_ASHA
    ]
    for patient in rng.sample(people.others, OTHERS):
        when = now - dt.timedelta(days=rng.randint(1, 300), minutes=rng.randint(0, 400))
        records.append(_record(patient, rng.choice(REPORTS), when, rng.choice([patient.user, *people.doctors])))
    bulk.create(records)


def _record(patient: Patient, report, when: dt.datetime, uploader) -> MedicalRecord:
    title, name, kind, description, lines = report
    if name.endswith(".pdf"):
        content = pdf([title, f"{patient.name}, born {patient.date_of_birth:%d %b %Y}", "", *lines])
    else:
        content = png(320, 240)
    examined = files.examine(ContentFile(content, name=name))
    record = MedicalRecordFactory.build(
        patient=patient,
        title=title,
        description=description,
        content=content,
        thumbnail=examined.thumbnail or "",
        file_name=name,
        content_type=examined.content_type,
        record_type=kind,
        recorded_at=when,
        uploaded_by=uploader,
    )
    return came(record, when, uploader)


def pdf(lines: list[str]) -> bytes:
    """Return a PDF page with these lines of text."""
    shown = "".join(f"({line.translate(ESCAPED)}) Tj T*\n" for line in lines)
    text = f"BT /F1 12 Tf 20 TL 60 760 Td\n{shown}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(content))
    )


ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def png(width: int, height: int) -> bytes:
    """Return a grey picture, bright in the middle, such as a scan."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            distance = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) ** 0.5
            rows.append(max(0, int(230 - 460 * distance)) ^ (x * y // 97 & 7))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
