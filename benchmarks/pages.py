"""The pages that are measured: what each asks, over the rows of one database."""

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg

from benchmarks.data import RECEPTIONISTS
from benchmarks.load import Client
from homeo.base.fields import new_id

FIRST_BOOKED, LAST_BOOKED = 3, 45
"""How many days ahead visits are booked: not today, so that its board stays as it is."""


@dataclass(frozen=True)
class Page:
    """A page: a function that gives a client's requests, the status that they shall get, and the share of the floor."""

    name: str
    requests: Callable[[Client], Iterator[bytes]]
    status: int = 200
    target: float | None = None


RARE = """
    SELECT search_name FROM accounts_user WHERE role = 'PATIENT' AND search_name ~ '^[a-z ]+$'
    GROUP BY search_name HAVING count(*) <= 2 ORDER BY min(id) LIMIT 20
"""
COMMON = """
    SELECT word FROM (SELECT lower(last_name) AS word FROM accounts_user WHERE role = 'PATIENT') AS names
    GROUP BY word ORDER BY count(*) DESC LIMIT 5
"""
FULL_NAMES = """
    SELECT search_name FROM accounts_user WHERE role = 'PATIENT' AND search_name ~ '^[a-z]{5,} [a-z]{5,}$'
    ORDER BY id LIMIT 20
"""
PHONES = "SELECT substr(phone_digits, 4, 6) FROM patients_patient ORDER BY id LIMIT 20"
FILES = "SELECT 'H-' || to_char(file_no, 'FM00000') FROM patients_patient ORDER BY id LIMIT 20"
FREE = """
    SELECT u.id, day::date, clock
    FROM scheduling_doctor AS d JOIN accounts_user AS u ON u.id = d.user_id,
         generate_series(current_date + %(first)s, current_date + %(last)s, interval '1 day') AS day,
         generate_series(0, 23) AS slot,
         LATERAL (SELECT time '09:00' + (slot + CASE WHEN slot >= 12 THEN 3 ELSE 0 END) * interval '20 minutes')
         AS at (clock)
    WHERE extract(dow FROM day) <> 0
          AND NOT EXISTS (SELECT FROM scheduling_closure WHERE day BETWEEN start_date AND end_date)
          AND NOT EXISTS (SELECT FROM scheduling_timeoff WHERE doctor_id = d.id AND day BETWEEN start_date AND end_date)
          AND NOT EXISTS (SELECT FROM scheduling_appointment
                          WHERE doctor_id = u.id AND appointment_date = day AND appointment_time = clock
                                AND status NOT IN ('CANCELLED', 'RESCHEDULED'))
    ORDER BY slot, md5(u.id || day), u.id
"""


def email(n: int) -> str:
    """Return with which address client `n` signs in: a receptionist each."""
    return f"r{n % RECEPTIONISTS + 1}@clinic.example"


def column(connection: psycopg.Connection, sql: str, values: dict | None = None) -> list[str]:
    """Return the first column of a query."""
    return [row[0] for row in connection.execute(sql, values)]


def short_kind(connection: psycopg.Connection) -> str:
    """Return the id of the first kind of visit that fits into a slot."""
    return column(connection, "SELECT id FROM scheduling_visittype WHERE minutes <= 20 ORDER BY position LIMIT 1")[0]


def misspelt(name: str) -> str:
    """Return a name of two words with two letters of each the wrong way round."""
    return " ".join(f"{word[:2]}{word[3]}{word[2]}{word[4:]}" for word in name.split())


def workday(day: dt.date) -> dt.date:
    """Return the day, Monday for a Sunday."""
    return day + dt.timedelta(days=day.isoweekday() == 7)


def over(*paths: str, **headers: str) -> Callable[[Client], Iterator[bytes]]:
    """Return what asks for the addresses one after another, again and again."""

    def requests(client: Client) -> Iterator[bytes]:
        return itertools.cycle([client.request("GET", path, **headers) for path in paths])

    return requests


def searches(words: list[str]) -> Callable[[Client], Iterator[bytes]]:
    """Return what types words into the front-desk box."""

    def requests(client: Client) -> Iterator[bytes]:
        headers = {"HX-Request": "true"}
        return itertools.cycle([client.request("POST", "/search/", {"q": text}, **headers) for text in words])

    return requests


class Bookings:
    """Bookings of slots that are free, each taken once, by all clients together."""

    def __init__(self, connection: psycopg.Connection):
        self.lock = threading.Lock()
        kind = short_kind(connection)
        slots = connection.execute(FREE, {"first": FIRST_BOOKED, "last": LAST_BOOKED}).fetchall()
        busy = set(connection.execute("SELECT patient_id, appointment_date FROM scheduling_appointment"))
        patients = itertools.cycle(column(connection, "SELECT id FROM patients_patient ORDER BY id"))
        self.forms = ((self._free(patients, busy, slot[1]), kind, *slot) for slot in slots)

    @staticmethod
    def _free(patients: Iterator[str], busy: set, day: dt.date) -> str:
        patient = next(patient for patient in patients if (patient, day) not in busy)
        busy.add((patient, day))
        return patient

    def __call__(self, client: Client) -> Iterator[bytes]:
        """Give a client's bookings."""
        while True:
            with self.lock:
                patient, kind, doctor, day, clock = next(self.forms)
            yield booking_form(client, patient, kind, doctor, day, clock)


def booking_form(client: Client, patient: str, kind: str, doctor: str, day: dt.date, clock: dt.time) -> bytes:
    """Return the booking form, filled in, as the browser sends it: by htmx, which looks for a refusal."""
    form = {
        "form_token": new_id(),
        "patient": patient,
        "visit_type": kind,
        "doctor": doctor,
        "date": day.isoformat(),
        "slot": f"{day.isoformat()}T{clock:%H:%M}-{doctor}",
        "notes": "By telephone",
    }
    headers = {"HX-Request": "true", "HX-Target": "refusal"}
    return client.request("POST", f"/scheduling/visits/new/?patient={patient}", form, **headers)


def pages(connection: psycopg.Connection) -> tuple[Page, list[Page]]:
    """Return the floor, and the pages that are compared with it."""
    doctors = column(connection, "SELECT user_id FROM scheduling_doctor ORDER BY license_number LIMIT 10")
    profiles = column(connection, "SELECT id FROM scheduling_doctor ORDER BY license_number LIMIT 10")
    today = workday(dt.date.today())
    month = {"date": today + dt.timedelta(days=1)}
    words = {
        "a rare name": column(connection, RARE),
        "a common name": column(connection, COMMON),
        "a slip of the finger": [misspelt(name) for name in column(connection, FULL_NAMES)],
        "part of a phone": column(connection, PHONES),
        "a file number": column(connection, FILES),
    }
    mixed = list(itertools.chain.from_iterable(itertools.zip_longest(*(kind[:5] for kind in words.values()))))
    board = urlencode([("day", today), *(("doctor", doctor) for doctor in doctors)])
    return Page("floor", over(*(f"/floor/{pk}/" for pk in profiles))), [
        Page("search box, all of these", searches(mixed), target=0.7),
        *(Page(f"search box, {kind}", searches(list_of)) for kind, list_of in words.items()),
        Page(
            "free slots of one doctor for a month",
            over(
                *(f"/scheduling/slots/?{urlencode({'doctor': pk} | month)}" for pk in doctors), **{"HX-Request": "true"}
            ),
            target=0.6,
        ),
        Page(
            "day of one doctor",
            over(*(f"/day/?{urlencode({'day': today, 'doctor': pk})}" for pk in doctors)),
            target=0.5,
        ),
        Page("board of 10 doctors’ day", over(f"/day/?{board}"), target=0.25),
        Page("booking", Bookings(connection), target=0.4),
    ]
