"""The pages of the consulting room that are measured: charts of a long and of a short history, writing, printing."""

import itertools
from collections.abc import Callable, Iterator

import psycopg

from benchmarks.clinical_data import FIRST_CHART
from benchmarks.load import Client
from benchmarks.pages import Page, column, over
from benchmarks.writing import LINES, Consultations

DOCTOR = "d1@clinic.example"
CHART = "SELECT id FROM patients_patient WHERE file_no = %(number)s"
PRESCRIPTIONS = """
    SELECT p.id FROM clinical_prescription AS p JOIN accounts_user AS u ON u.id = p.doctor_id
    WHERE u.email = %(doctor)s AND p.signed_at > now() - interval '1 year'
          AND (SELECT count(*) FROM clinical_prescriptionitem WHERE prescription_id = p.id) = %(lines)s
    ORDER BY p.id LIMIT 20
"""


def email(n: int) -> str:
    """Return with which address every client signs in: the doctor of the two charts."""
    return DOCTOR


def searches(path: str, words: list[str]) -> Callable[[Client], Iterator[bytes]]:
    """Return what searches in one chart, as htmx sends it."""

    def requests(client: Client) -> Iterator[bytes]:
        headers = {"HX-Request": "true"}
        return itertools.cycle([client.request("POST", path, {"q": text}, **headers) for text in words])

    return requests


def pages(connection: psycopg.Connection) -> tuple[Page, list[Page]]:
    """Return the floor, and the pages that are compared with it."""
    profiles = column(connection, "SELECT id FROM scheduling_doctor ORDER BY license_number LIMIT 10")
    long, short = (f"/patients/{column(connection, CHART, {'number': FIRST_CHART + n})[0]}/" for n in (1, 2))
    words = ["migraine", "salt", "word17 grief", "sepia"]
    printed = column(connection, PRESCRIPTIONS, {"doctor": DOCTOR, "lines": LINES})
    consultations = Consultations(connection, DOCTOR)
    return Page("floor", over(*(f"/floor/{pk}/" for pk in profiles))), [
        Page("chart, 500 visits", over(long), target=0.3),
        Page("chart, 5 visits", over(short), target=0.3),
        Page("documents of 2,000", over(f"{long}?tab=documents")),
        Page("search in a chart of 500 visits", searches(long, words), target=0.4),
        Page("search in a chart of 5 visits", searches(short, words), target=0.4),
        Page("autosave of a note", consultations.drafts, target=0.6),
        Page("saving a note", consultations.notes, status=302),
        Page("saving a note with 6 lines", consultations.whole, status=302, target=0.2),
        Page("saving a prescription of 6 lines", consultations.prescriptions, status=302),
        Page(
            "prescription of 6 lines as PDF",
            over(*(f"/clinical/prescriptions/{pk}/print/" for pk in printed)),
            target=1 / 40,
        ),
    ]
