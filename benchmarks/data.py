"""A large clinic made by set-based SQL: 100 doctors, 100,000 patients with accounts, 1,000,000 visits over three years.

Every value comes out of a hash of the row's number, so that each run makes the same clinic. A smaller scale has as many
visits a day to each doctor, but fewer doctors (never below ten) and fewer days: its day looks the same. Left out are
the rows of history and of the audit log, which no page measured here reads.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from homeo.demo.names import ORIGINS, QUARTERS, STREETS
from patients.models import FILE_NUMBER_SEQUENCE

PASSWORD = "a-clinic-to-measure"  # noqa: S105 - of a database that is made to be measured
RECEPTIONISTS = 8
DOCTORS, PATIENTS, VISITS = 100, 100_000, 1_000_000
FEWEST_DOCTORS = 10
SLOTS_A_DAY = 24
WORKDAYS_A_WEEK = 6
SHARE_TAKEN = 0.45
"""Of the slots of a working day, on average; a popular doctor has more, a new one fewer."""


@dataclass(frozen=True)
class Size:
    """How much there is at a scale: 1 is the whole clinic, 0.01 a hundredth of it."""

    scale: float

    @property
    def doctors(self) -> int:
        """Return the number of doctors."""
        return max(round(DOCTORS * self.scale), FEWEST_DOCTORS)

    @property
    def patients(self) -> int:
        """Return the number of patients."""
        return round(PATIENTS * self.scale)

    @property
    def visits(self) -> int:
        """Return the number of visits."""
        return round(VISITS * self.scale)

    @property
    def days(self) -> int:
        """Return how many days back and ahead the visits lie: a year and a half at full scale."""
        a_day = self.doctors * SLOTS_A_DAY * SHARE_TAKEN * WORKDAYS_A_WEEK / 7
        return round(self.visits / a_day / 2) + 1


HELPERS = """
    CREATE OR REPLACE FUNCTION pg_temp.made_id(kind text, n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT translate(left(hash, 1), '0123456789', 'ghijklmnop') || substr(hash, 2, 23)
           FROM (SELECT md5(kind || n) AS hash) AS hashed $$;
    -- A number from 0 to 1 that depends on nothing but the name and the row.
    CREATE OR REPLACE FUNCTION pg_temp.chance(kind text, n bigint) RETURNS float8 IMMUTABLE LANGUAGE sql AS
        $$ SELECT (hashtextextended(kind, n) & 1073741823) / 1073741824.0 $$;
    CREATE OR REPLACE FUNCTION pg_temp.pick(words text[], at float8) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT words[1 + floor(at * cardinality(words))::int] $$;
"""

# The square makes the names at the head of the lists common: thousands have the first, few the last.
ACCOUNTS = """
    INSERT INTO accounts_user (id, created_at, updated_at, password, email, first_name, last_name, phone, avatar, role,
                               status, theme, access_changed_at)
    SELECT pg_temp.made_id(kind, n), now() - interval '2 years', now() - interval '2 years', %(password)s,
           kind || n || '@clinic.example',
           pg_temp.pick(%(first_names)s, pg_temp.chance(kind || 'first', n) ^ 2),
           pg_temp.pick(%(last_names)s, pg_temp.chance(kind || 'last', n) ^ 2),
           '', '', role, 'ACTIVE', 'system', now() - interval '2 years'
    FROM (VALUES ('d', 'DOCTOR', %(doctors)s),
                 ('r', 'RECEPTIONIST', %(receptionists)s),
                 ('p', 'PATIENT', %(patients)s)) AS kinds (kind, role, many),
         generate_series(1, many) AS n
"""

DOCTOR_ROWS = """
    INSERT INTO scheduling_doctor (id, created_at, updated_at, specialization, license_number, years_experience,
                                   qualifications, clinic_address, consultation_fee, bio, slot_minutes, user_id)
    SELECT pg_temp.made_id('o', n), now(), now(), 'Homeopathy', 'MH-' || n, n %% 30, 'BHMS', '',
           500 + n %% 10 * 100, '', 20, pg_temp.made_id('d', n)
    FROM generate_series(1, %(doctors)s) AS n
"""

HOURS = """
    INSERT INTO scheduling_doctoravailability (id, created_at, updated_at, day_of_week, start_time, end_time,
                                               is_available, doctor_id)
    SELECT pg_temp.made_id('h', n * 10 + weekday), now(), now(), weekday, '09:00', '18:00', true,
           pg_temp.made_id('o', n)
    FROM generate_series(1, %(doctors)s) AS n, generate_series(1, 6) AS weekday
"""

BREAKS = """
    INSERT INTO scheduling_doctorbreak (id, created_at, updated_at, day_of_week, start_time, end_time, label, doctor_id)
    SELECT pg_temp.made_id('b', n * 10 + weekday), now(), now(), weekday, '13:00', '14:00', 'Lunch',
           pg_temp.made_id('o', n)
    FROM generate_series(1, %(doctors)s) AS n, generate_series(1, 6) AS weekday
"""

# A week each half-year. The first ten doctors, whose day is measured, are at work today.
TIME_OFF = """
    INSERT INTO scheduling_timeoff (id, created_at, updated_at, start_date, end_date, reason, doctor_id)
    SELECT pg_temp.made_id('f', n * 100 + leave), now(), now(), first, first + 6, 'Holiday', pg_temp.made_id('o', n)
    FROM generate_series(1, %(doctors)s) AS n, generate_series(-3, 2) AS leave,
         LATERAL (SELECT current_date + 182 * leave + 40 + floor(pg_temp.chance('leave', n * 100 + leave) * 120)::int)
         AS week (first)
"""

CLOSURES = """
    INSERT INTO scheduling_closure (id, created_at, updated_at, name, start_date, end_date)
    SELECT pg_temp.made_id('c', n + 100), now(), now(), 'Public holiday', current_date + 20 + n * 45,
           current_date + 20 + n * 45
    FROM generate_series(-12, 12) AS n
"""

PATIENT_ROWS = """
    INSERT INTO patients_patient (id, created_at, updated_at, file_no, date_of_birth, gender, address, city, state,
                                  postal_code, country, phone, emergency_contact, allergies, chronic_diseases, notes,
                                  user_id)
    SELECT pg_temp.made_id('q', n), now() - (%(patients)s - n) * interval '7 minutes', now(), n,
           current_date - 365 - floor(pg_temp.chance('born', n) * 29000)::int,
           CASE WHEN pg_temp.chance('gender', n) < 0.55 THEN 'FEMALE' ELSE 'MALE' END,
           1 + n %% 90 || ' ' || pg_temp.pick(%(streets)s, pg_temp.chance('street', n)),
           'Pune', 'Maharashtra', pg_temp.pick(%(postal_codes)s, pg_temp.chance('quarter', n)), 'India',
           -- Two in a household of five share a phone.
           to_char(9800000000 + floor(pg_temp.chance('phone', n - (n %% 5 = 0)::int) * 99999999), 'FM00000" "00000'),
           '', CASE WHEN n %% 12 = 0 THEN 'Penicillin' ELSE '' END, '', '', pg_temp.made_id('p', n)
    FROM generate_series(1, %(patients)s) AS n
"""

# A grid of doctors, days and slots from which slots are taken by lot: nobody is booked twice. All patients at one time
# are different ones, since the step between two doctors' patients shares no divisor with their number.
GRID = """
    CREATE TEMPORARY TABLE grid ON COMMIT DROP AS
    SELECT doctor, day, slot, time '09:00' + (slot + CASE WHEN slot >= 12 THEN 3 ELSE 0 END) * interval '20 minutes'
           AS clock, chance
    FROM generate_series(1, %(doctors)s) AS doctor,
         (SELECT current_date + n AS day, n FROM generate_series(-%(days)s::int, %(days)s::int) AS n) AS days,
         generate_series(0, %(slots)s - 1) AS slot,
         LATERAL (SELECT pg_temp.chance('taken', (doctor * 4000 + n + 2000) * 100 + slot)
                         / (0.6 + 0.8 * pg_temp.chance('popular', doctor))) AS lot (chance)
    WHERE extract(dow FROM day) <> 0
          AND NOT EXISTS (SELECT FROM scheduling_closure WHERE day BETWEEN start_date AND end_date)
          AND NOT EXISTS (SELECT FROM scheduling_timeoff
                          WHERE doctor_id = pg_temp.made_id('o', doctor) AND day BETWEEN start_date AND end_date)
"""

VISIT_ROWS = """
    INSERT INTO scheduling_appointment (id, created_at, updated_at, appointment_date, appointment_time, duration,
                                        status, notes, overbook_reason, cancel_reason, checked_in_at, started_at,
                                        no_show_at, booked_by_id, doctor_id, patient_id, visit_type_id)
    SELECT pg_temp.made_id('v', n), start - interval '10 days', start, day, clock, 20,
           CASE WHEN fate < 0.08 THEN 'CANCELLED' WHEN is_past AND fate > 0.12 THEN 'COMPLETED'
                WHEN fate < 0.15 AND NOT is_past THEN 'PENDING' ELSE 'CONFIRMED' END,
           CASE WHEN fate > 0.7 THEN 'Comes with the last reports' ELSE '' END, '',
           CASE WHEN fate < 0.08 THEN 'The patient is travelling' ELSE '' END,
           CASE WHEN is_past AND fate > 0.12 THEN start - interval '8 minutes' END,
           CASE WHEN is_past AND fate > 0.12 THEN start + interval '6 minutes' END,
           CASE WHEN is_past AND fate BETWEEN 0.08 AND 0.12 THEN start + interval '1 hour' END,
           pg_temp.made_id('r', 1 + n %% %(receptionists)s), pg_temp.made_id('d', doctor),
           pg_temp.made_id('q', 1 + (at_once + doctor * 997) %% %(patients)s),
           pg_temp.pick(%(visit_types)s, pg_temp.chance('type', n) ^ 2)
    FROM (SELECT row_number() OVER (ORDER BY day, slot, doctor) AS n, *
          FROM (SELECT * FROM grid ORDER BY chance LIMIT %(visits)s) AS taken) AS numbered,
         LATERAL (SELECT pg_temp.chance('fate', n), day < current_date,
                         (day + clock) AT TIME ZONE %(zone)s,
                         hashtextextended('patient', (day - date '2000-01-01') * 100 + slot) & 1073741823)
         AS lot (fate, is_past, start, at_once)
"""

INVOICES = """
    INSERT INTO billing_invoice (id, created_at, updated_at, amount, description, payment_status, due_date, paid_date,
                                 payment_method, payment_reference, patient_id, received_by_id)
    SELECT pg_temp.made_id('i', n), now() - n * interval '5 minutes', now(), 300 + n %% 9 * 100, 'Consultation',
           CASE WHEN is_paid THEN 'COMPLETED' ELSE 'PENDING' END, current_date,
           CASE WHEN is_paid THEN now() END, CASE WHEN is_paid THEN 'CASH' ELSE '' END, '',
           pg_temp.made_id('q', 1 + n / 2), CASE WHEN is_paid THEN pg_temp.made_id('r', 1) END
    FROM generate_series(1, %(patients)s * 2 - 1) AS n, LATERAL (SELECT pg_temp.chance('paid', n) < 0.85) AS p (is_paid)
"""

WAITING = """
    INSERT INTO scheduling_waitingentry (id, created_at, updated_at, weekdays, from_date, until_date, urgency, notes,
                                         status, created_by_id, doctor_id, patient_id)
    SELECT pg_temp.made_id('w', n), now() - n * interval '1 hour', now(), '{}', current_date, current_date + 60,
           1 + n %% 3, '', 'WAITING', pg_temp.made_id('r', 1),
           CASE WHEN n %% 3 > 0 THEN pg_temp.made_id('d', 1 + n %% %(doctors)s) END, pg_temp.made_id('q', n)
    FROM generate_series(1, %(patients)s / 100) AS n
"""

STEPS = (ACCOUNTS, DOCTOR_ROWS, HOURS, BREAKS, TIME_OFF, CLOSURES, PATIENT_ROWS, GRID, VISIT_ROWS, INVOICES, WAITING)
EXCLUSIONS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'x' AND conrelid = 'scheduling_appointment'::regclass
"""


def is_made() -> bool:
    """Tell whether the database has the clinic already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM scheduling_appointment)")
        return cursor.fetchone()[0]


def make(size: Size) -> None:
    """Fill a migrated, empty database; a few minutes at full scale.

    The exclusion constraints are checked once at the end, which is far quicker than for every row.
    """
    values = {
        "doctors": size.doctors,
        "patients": size.patients,
        "visits": size.visits,
        "days": size.days,
        "slots": SLOTS_A_DAY,
        "receptionists": RECEPTIONISTS,
        "password": make_password(PASSWORD),
        "first_names": [name for origin in ORIGINS for name in (*origin.women, *origin.men)],
        "last_names": [name for origin in ORIGINS for name in origin.families],
        "streets": list(STREETS),
        "postal_codes": [code for _name, code in QUARTERS],
        "zone": settings.TIME_ZONE,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(HELPERS)
        cursor.execute("SELECT array_agg(id ORDER BY position) FROM scheduling_visittype")
        values["visit_types"] = cursor.fetchone()[0]
        cursor.execute(EXCLUSIONS)
        exclusions = cursor.fetchall()
        for name, _definition in exclusions:
            cursor.execute(f"ALTER TABLE scheduling_appointment DROP CONSTRAINT {name}")
        for step in STEPS:
            cursor.execute(step, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, definition in exclusions:
            cursor.execute(f"ALTER TABLE scheduling_appointment ADD CONSTRAINT {name} {definition}")
        cursor.execute("SELECT setval(%s, %s)", [FILE_NUMBER_SEQUENCE, size.patients])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
