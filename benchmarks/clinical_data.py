"""Charts on top of the large clinic: what was written at every visit, and two patients with a history of known length.

Every completed visit has its consultation and prescription of two lines, of six at every tenth; every patient two
documents. One patient more has 500 visits and 2,000 documents, another 5 visits and 20 documents, all with the first
doctor.
"""

from django.db import connection, transaction

from benchmarks.data import HELPERS

LONG, SHORT = 500, 5
DOCUMENTS_A_VISIT = 4
FIRST_CHART = 500_000
"""Beyond the numbers of the clinic's own patients, visits and so on."""

# Sentences of words as common as words are: the first symptoms in every other sentence, the last words in few.
SENTENCES = """
    CREATE TEMPORARY TABLE sentences ON COMMIT DROP AS
    SELECT n, string_agg(CASE WHEN at < 0.5 THEN pg_temp.pick(%(symptoms)s, 2 * at)
                              ELSE 'word' || floor(4000 * (2 * at - 1) ^ 2) END, ' ') AS words
    FROM generate_series(0, %(sentences)s - 1) AS n, generate_series(1, 10) AS i,
         LATERAL (SELECT pg_temp.chance('word' || i, n)) AS lot (at)
    GROUP BY n
"""
SENTENCES_MADE = 5000
SYMPTOMS = [
    *(
        "headache",
        "migraine",
        "nausea",
        "vertigo",
        "burning",
        "stitching",
        "throbbing",
        "better",
        "worse",
        "heat",
        "cold",
    ),
    *("rest", "motion", "night", "morning", "sleep", "thirst", "appetite", "craving", "salt", "sweets"),
    *("aversion", "fear", "grief", "anger", "restless", "anxious", "weeping", "itching", "rash", "cough", "wheezing"),
]

CHARTS = """
    CREATE TEMPORARY TABLE charts ON COMMIT DROP AS SELECT n, %(first)s + n AS number, visits
    FROM (VALUES (1, %(long)s), (2, %(short)s)) AS lengths (n, visits)
"""
ACCOUNTS = """
    INSERT INTO accounts_user (id, created_at, updated_at, password, email, first_name, last_name, phone, avatar, role,
                               status, theme, access_changed_at)
    SELECT pg_temp.made_id('p', number), now(), now(), '!', 'chart' || n || '@clinic.example', 'Chart', 'Of ' || visits,
           '', '', 'PATIENT', 'ACTIVE', 'system', now()
    FROM charts
"""
PATIENTS = """
    INSERT INTO patients_patient (id, created_at, updated_at, file_no, date_of_birth, gender, address, city, state,
                                  postal_code, country, phone, emergency_contact, allergies, chronic_diseases, notes,
                                  user_id)
    SELECT pg_temp.made_id('q', number), now(), now(), number, current_date - 15000, 'FEMALE', '1 Karve Road', 'Pune',
           'Maharashtra', '411038', 'India', '98230 00000', '', 'Penicillin', 'Asthma', '', pg_temp.made_id('p', number)
    FROM charts
"""
# In the evening, when the clinic's own visits are over.
VISITS = """
    INSERT INTO scheduling_appointment (id, created_at, updated_at, appointment_date, appointment_time, duration,
                                        status, notes, overbook_reason, cancel_reason, checked_in_at, started_at,
                                        booked_by_id, doctor_id, patient_id)
    SELECT pg_temp.made_id('v', number * 1000 + visit), at, at, current_date - 2 * visit,
           time '18:30' + n * interval '30 minutes', 20, 'COMPLETED', '', '', '', at, at,
           pg_temp.made_id('r', 1), pg_temp.made_id('d', 1), pg_temp.made_id('q', number)
    FROM charts, generate_series(1, visits) AS visit, LATERAL (SELECT now() - visit * interval '2 days') AS moment (at)
"""
CONSULTATIONS = """
    INSERT INTO clinical_consultation (id, created_at, updated_at, scheduled_at, duration, status, complaints,
                                       diagnosis, prescription, notes, completed_at, appointment_id, doctor_id,
                                       patient_id)
    SELECT translate(left(md5('c' || id), 1), '0123456789', 'ghijklmnop') || substr(md5('c' || id), 2, 23),
           started_at, started_at, started_at, 20, 'COMPLETED', one.words || '. ' || two.words || '. ' || three.words,
           left(four.words, 40), four.words, '', started_at, id, doctor_id, patient_id
    FROM scheduling_appointment AS v, LATERAL (SELECT abs(hashtext(v.id))) AS hash (seed)
         JOIN sentences AS one ON one.n = seed %% %(sentences)s
         JOIN sentences AS two ON two.n = seed / 7 %% %(sentences)s
         JOIN sentences AS three ON three.n = seed / 49 %% %(sentences)s
         JOIN sentences AS four ON four.n = seed / 343 %% %(sentences)s
    WHERE status = 'COMPLETED' AND started_at IS NOT NULL
"""
PRESCRIPTIONS = """
    INSERT INTO clinical_prescription (id, created_at, updated_at, notes, signed_at, check_code, consultation_id,
                                       doctor_id, patient_id)
    SELECT translate(left(md5('p' || id), 1), '0123456789', 'ghijklmnop') || substr(md5('p' || id), 2, 23),
           completed_at, completed_at, 'No coffee', completed_at,
           rtrim(regexp_replace(upper(left(md5('code' || id), 16)), '(....)', '\\1-', 'g'), '-'),
           id, doctor_id, patient_id
    FROM clinical_consultation
"""
ITEMS = """
    INSERT INTO clinical_prescriptionitem (id, created_at, updated_at, position, medicine_name, remedy_id, potency,
                                           potency_scale, potency_number, potency_method, form, dosage, frequency,
                                           duration, days, notes, prescription_id)
    SELECT translate(left(md5(line || p.id), 1), '0123456789', 'ghijklmnop') || substr(md5(line || p.id), 2, 23),
           p.created_at, p.created_at, line, remedy.name, remedy.id, '200C', 'C', 200, 'HAHNEMANN', 'GLOBULES',
           '4 globules', 'at night', '30 days', 30, '', p.id
    FROM clinical_prescription AS p
         CROSS JOIN LATERAL generate_series(0, CASE WHEN hashtext(p.id) %% 10 = 0 THEN 5 ELSE 1 END) AS line
         JOIN clinical_remedy AS remedy
           ON remedy.name = pg_temp.pick(%(remedies)s, pg_temp.chance('remedy' || line, hashtext(p.id)))
"""
REMEDIES = [
    *("Natrum muriaticum", "Sepia officinalis", "Nux vomica", "Lycopodium clavatum", "Sulphur", "Phosphorus"),
    *("Pulsatilla nigricans", "Ignatia amara"),
]
DOCUMENTS = """
    INSERT INTO patients_medicalrecord (id, created_at, updated_at, title, description, file_url, thumbnail, file_name,
                                        content_type, file_size, record_type, recorded_at, patient_id, uploaded_by_id)
    SELECT pg_temp.made_id('m', number), at, at, left(title.words, 30), about.words, 'records/' || number, '',
           'report-' || number || '.pdf', 'application/pdf', 20000, 'lab_report', at, patient, pg_temp.made_id('d', 1)
    FROM (SELECT file_no * 2000::bigint + paper AS number, id AS patient, now() - paper * interval '9 hours' AS at
          FROM patients_patient LEFT JOIN charts ON charts.number = file_no,
               LATERAL generate_series(1, coalesce(charts.visits * %(documents)s, 2)) AS paper) AS papers
         JOIN sentences AS title ON title.n = number %% %(sentences)s
         JOIN sentences AS about ON about.n = number / 3 %% %(sentences)s
"""
STEPS = (SENTENCES, CHARTS, ACCOUNTS, PATIENTS, VISITS, CONSULTATIONS, PRESCRIPTIONS, ITEMS, DOCUMENTS)


def is_made() -> bool:
    """Tell whether the database has the charts already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM clinical_consultation)")
        return cursor.fetchone()[0]


def make() -> None:
    """Fill the charts of the clinic that is there."""
    values = {
        "symptoms": SYMPTOMS,
        "sentences": SENTENCES_MADE,
        "remedies": REMEDIES,
        "first": FIRST_CHART,
        "long": LONG,
        "short": SHORT,
        "documents": DOCUMENTS_A_VISIT,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(HELPERS)
        for step in STEPS:
            cursor.execute(step, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
