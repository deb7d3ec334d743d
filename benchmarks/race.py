"""Two hundred people book the same twenty slots at once, over HTTP."""

import threading
import time
from collections import Counter
from dataclasses import dataclass

import psycopg

from benchmarks.load import Client
from benchmarks.pages import FREE, LAST_BOOKED, booking_form, column, short_kind

PEOPLE, SLOTS = 200, 20
REFUSED = 409
FREE_PATIENTS = """
    SELECT id FROM patients_patient AS p
    WHERE NOT EXISTS (SELECT FROM scheduling_appointment WHERE patient_id = p.id AND appointment_date = ANY(%(days)s))
    ORDER BY id LIMIT 200
"""


@dataclass(frozen=True)
class Outcome:
    """How many were booked, how many refused with other times, what else came, and the longest wait in seconds."""

    booked: int
    offered: int
    others: dict[int, int]
    longest: float


def run(clients: list[Client], connection: psycopg.Connection) -> Outcome:
    """Let everybody ask at the same moment, each over a connection of their own, and tell what came of it."""
    slots = connection.execute(FREE, {"first": LAST_BOOKED + 1, "last": LAST_BOOKED + 60}).fetchall()
    doctor = slots[0][0]
    wanted = [slot for slot in slots if slot[0] == doctor][:SLOTS]
    patients = column(connection, FREE_PATIENTS, {"days": [day for _doctor, day, _clock in wanted]})
    kind = short_kind(connection)
    gate, answers, waits = threading.Barrier(PEOPLE), [], []

    def person(index: int) -> None:
        client = Client(clients[0].port)
        client.cookies = clients[index % len(clients)].cookies
        request = booking_form(client, patients[index], kind, *wanted[index % SLOTS])
        gate.wait()
        begin = time.perf_counter()
        answer = client.ask(request)
        waits.append(time.perf_counter() - begin)
        answers.append(answer)
        client.socket.close()

    threads = [threading.Thread(target=person, args=(index,)) for index in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = sum("hx-redirect" in answer.headers for answer in answers)
    statuses = Counter(answer.status for answer in answers if "hx-redirect" not in answer.headers)
    offered = sum(answer.status == REFUSED and b'class="offer' in answer.body for answer in answers)
    others = {status: count for status, count in statuses.items() if status != REFUSED}
    return Outcome(booked, offered, others, max(waits))
