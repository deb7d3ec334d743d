"""What a doctor's browser sends while a consultation is written: drafts, the note, a prescription of six lines."""

import itertools
import threading
from collections.abc import Iterator

import psycopg

from benchmarks.clinical_data import REMEDIES
from benchmarks.load import Client
from clinical.case import PARTS
from homeo.base.fields import new_id

STOCK = 5000
"""How many consultations are begun for a measurement: each is saved once."""

BEGIN = """
    INSERT INTO clinical_consultation (id, created_at, updated_at, scheduled_at, duration, status, complaints,
                                       diagnosis, prescription, notes, layout, doctor_id, patient_id)
    SELECT left('b' || md5(random()::text), 24), now(), now(), now(), 20, 'IN_PROGRESS', '', '', '', '', 'FOLLOW_UP',
           (SELECT id FROM accounts_user WHERE email = %(doctor)s), patients[1 + n %% cardinality(patients)]
    FROM generate_series(1, %(stock)s) AS n,
         (SELECT array_agg(id) FROM (SELECT id FROM patients_patient ORDER BY file_no LIMIT 1000) AS first_ones)
         AS known (patients)
    RETURNING id, updated_at
"""
SAID = (
    "The headaches came back on Tuesday, less violent than before and later in the day, after the sun. "
    "She slept well, thirst for cold water as before, craving for salt. Weeping is gone; she was angry once. "
)
NOTE = {name: "" for name, part in PARTS.items() if not part.is_many} | {
    "adopted": "",
    "layout": "FOLLOW_UP",
    "complaints": SAID * 2,
    "diagnosis": "Migraine",
    "prescription": "Go on, and come again in four weeks.",
    "notes": "Blood pressure 120/80.",
    "mind": "Calmer, speaks of her father without weeping.",
    "sleep": "On the left side, wakes at four.",
    "decision": "REPEAT",
    "complaint-TOTAL_FORMS": "2",
    "complaint-INITIAL_FORMS": "0",
    "complaint-0-name": "Headache",
    "complaint-0-location": "over the eyes",
    "complaint-0-sensation": "hammering",
    "complaint-0-worse": "sun, reading",
    "complaint-0-intensity": "2",
    "complaint-1-name": "Cold sores",
    "complaint-1-location": "lips",
}
LINES = 6
PRESCRIPTION = {"notes": "No coffee, no mint.", "items-TOTAL_FORMS": str(LINES), "items-INITIAL_FORMS": "0"} | {
    f"items-{row}-{name}": value
    for row, remedy in enumerate(REMEDIES[:LINES])
    for name, value in {
        "medicine_name": remedy,
        "potency": "200C",
        "form": "GLOBULES",
        "quantity": "1 dram",
        "dosage": "4 globules",
        "frequency": "at night",
        "duration": "30 days",
        # Kept where a remedy given before is inimical, dropped elsewhere.
        "override_reason": "Borne well before",
    }.items()
}
WRITTEN = {name: value for name, value in PRESCRIPTION.items() if name != "notes"} | {
    "rx-version": "",
    "rx-notes": PRESCRIPTION["notes"],
}
"""The same lines as they stand in the form of a note."""


class Consultations:
    """Consultations that a doctor has begun, handed out to all clients together."""

    def __init__(self, connection: psycopg.Connection, doctor: str):
        self.begun = connection.execute(BEGIN, {"doctor": doctor, "stock": STOCK}).fetchall()
        # As the server would by itself after a while: it must not take them for a handful.
        connection.execute("ANALYZE clinical_consultation")
        connection.commit()
        self.lock = threading.Lock()

    def drafts(self, client: Client) -> Iterator[bytes]:
        """Give a client's drafts: one window, in which more is written each time."""
        pk, form = self._note(self.begun.pop())
        for number in itertools.count():
            form["complaints"] = f"{SAID * 2}{number}"
            yield client.request("POST", f"/clinical/consultations/{pk}/draft/", form, **{"HX-Request": "true"})

    def notes(self, client: Client) -> Iterator[bytes]:
        """Give the forms of notes, each with the button that goes on to the prescription."""
        while True:
            with self.lock:
                pk, form = self._note(self.begun.pop())
            yield client.request("POST", f"/clinical/consultations/{pk}/write/", form | {"then": "prescribe"})

    def whole(self, client: Client) -> Iterator[bytes]:
        """Give the forms of notes with a prescription of six lines, as the writing page sends them."""
        while True:
            with self.lock:
                pk, form = self._note(self.begun.pop())
            yield client.request("POST", f"/clinical/consultations/{pk}/write/", form | WRITTEN)

    def prescriptions(self, client: Client) -> Iterator[bytes]:
        """Give the forms of prescriptions of six lines."""
        while True:
            with self.lock:
                pk, _version = self.begun.pop()
            form = PRESCRIPTION | {"form_token": new_id()}
            yield client.request("POST", f"/clinical/consultations/{pk}/prescriptions/new/", form)

    @staticmethod
    def _note(begun) -> tuple[str, dict]:
        pk, updated_at = begun
        version = updated_at.isoformat()
        return pk, NOTE | {"version": version, "seen": version, "window": new_id()}
