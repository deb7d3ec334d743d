"""Growth of evidence: what patients told after each remedy and about each complaint, over a doctor's own prescriptions.

What was given at a visit is answered as `ConsultationQuerySet.with_answers()` says. One query counts, however many
visits there are; it is written out, since it joins rows that the querysets number first.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from clinical.case import RESPONSES
from clinical.courses import Told
from clinical.distributions import Distribution
from clinical.models import Complaint, ComplaintResponse, Consultation, Prescription, PrescriptionItem

REMEDY, COMPLAINT = "remedy", "complaint"

# Of the visits with one answer less after them, one answered: that is the one that answers here.
# At the visit of a prescription a complaint is open that was taken by then and not yet gone. What the querysets select
# is scoped already: visits are those that the doctor may see, lines are her own.
GIVEN = """
    WITH visit AS MATERIALIZED (
        SELECT id, patient_id, scheduled_at,
               max(id) FILTER (WHERE response IS NOT NULL) OVER answer AS answer_id,
               max(scheduled_at) FILTER (WHERE response IS NOT NULL) OVER answer AS answered_at,
               max(response) OVER answer AS response,
               max(percent) FILTER (WHERE response IS NOT NULL) OVER answer AS percent
        FROM ({visits}) AS seen
        WINDOW answer AS (PARTITION BY patient_id ORDER BY answers_later GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)
    ),
    given AS (
        SELECT line.*, patient_id, scheduled_at, answer_id, answered_at, response, percent
        FROM ({lines}) AS line JOIN visit ON visit.id = line.visit_id
    )
"""
ABOUT = """
    , response AS ({responses}),
    gone AS (
        SELECT complaint_id, min(visit.scheduled_at) AS at
        FROM response JOIN visit ON visit.id = response.consultation_id WHERE is_closed GROUP BY complaint_id
    ),
    complaint AS (
        SELECT asked.id, asked.patient_id, asked.name, asked.words, taken.scheduled_at AS taken_at, gone.at AS gone_at
        FROM ({complaints}) AS asked JOIN visit AS taken ON taken.id = asked.consultation_id
        LEFT JOIN gone ON gone.complaint_id = asked.id
    ),
    about AS (
        SELECT visit.prescription_id, complaint.words, min(complaint.id) AS sample,
               mode() WITHIN GROUP (ORDER BY complaint.name) AS name,
               avg(response.value)::float8::integer AS response, avg(response.percent)::float8::integer AS percent
        FROM (SELECT DISTINCT prescription_id, patient_id, scheduled_at, answer_id FROM given) AS visit
        JOIN complaint ON complaint.patient_id = visit.patient_id AND complaint.taken_at <= visit.scheduled_at
                          AND (complaint.gone_at IS NULL OR complaint.gone_at > visit.scheduled_at)
        LEFT JOIN response ON response.complaint_id = complaint.id AND response.consultation_id = visit.answer_id
        GROUP BY visit.prescription_id, complaint.words
    )
"""
GROUPS = """
    , outcome AS ({outcomes})
    SELECT key, min(sample), mode() WITHIN GROUP (ORDER BY name), max(code), count(DISTINCT patient_id),
           count(DISTINCT prescription_id), count(DISTINCT unit), {values}
    FROM outcome GROUP BY GROUPING SETS ((key), ())
"""
OF_REMEDIES = """
    SELECT key, sample, name, code, patient_id, prescription_id, prescription_id AS unit, response FROM given
"""
OF_REMEDIES_ABOUT = """
    SELECT key, given.sample, given.name, code, patient_id, prescription_id, prescription_id AS unit, about.response
    FROM given JOIN about USING (prescription_id)
"""
OF_COMPLAINTS = """
    SELECT words AS key, about.sample, about.name, '' AS code, patient_id, prescription_id,
           (prescription_id, words) AS unit, about.response
    FROM given JOIN about USING (prescription_id)
"""
CASES = """
    SELECT DISTINCT prescription_id, given.patient_id, given.visit_id, given.scheduled_at,
           given.answer_id, given.answered_at, {told}.response, {told}.percent
    FROM given{join} ORDER BY scheduled_at DESC, prescription_id
"""
JOIN_ABOUT = " JOIN about USING (prescription_id)"
VALUES = ", ".join(f"count(DISTINCT unit) FILTER (WHERE response = {value})" for value in RESPONSES)


@dataclass(frozen=True)
class Group:
    """What is known of a remedy or of a complaint; `key` names it in addresses, `code` is that of a placebo."""

    key: str
    name: str
    code: str
    patients: int
    prescriptions: int
    told: Distribution


@dataclass(frozen=True)
class Evidence:
    """All groups, and all of them together."""

    groups: list[Group]
    total: Group


@dataclass(frozen=True)
class Outcome:
    """A prescription and what was told after it; by ids, since there may be thousands."""

    prescription_id: str
    patient_id: str
    visit_id: str
    given_at: dt.datetime
    answer_id: str | None
    answered_at: dt.datetime | None
    told: Told | None

    @property
    def told_value(self) -> int | None:
        """Return the response, None for none."""
        return self.told and self.told.value


@dataclass(frozen=True)
class Chosen:
    """The remedy or the complaint that a page is about; `means` is what its rows have in common."""

    key: str
    name: str
    means: str
    code: str = ""


def chosen_remedy(user: User, key: str) -> Chosen | None:
    """Return the remedy that `key` names, one of the catalogue or as a line has it; None where she gave no such one."""
    line = PrescriptionItem.objects.given_by(user).filter(sample=key).first()
    return line and Chosen(key, line.name, line.key, line.code)


def chosen_complaint(user: User, key: str) -> Chosen | None:
    """Return the complaint that `key` names, the id of one that is called so; None where she sees no such one."""
    complaint = Complaint.objects.for_user(user).with_words().filter(pk=key).first()
    return complaint and Chosen(key, complaint.name, complaint.words)


def read_evidence(user: User, lines, *, by: str, about: Chosen | None = None) -> Evidence:
    """Count what was told, by remedy or by complaint, in one query.

    Args:
        lines: lines of prescriptions, `given_by()` the doctor.
        about: a complaint; by remedy, what was told about it counts then, instead of the mean of all complaints.
    """
    sql, params = _given(user, lines, about, is_by_complaint=by == COMPLAINT)
    outcomes = OF_COMPLAINTS if by == COMPLAINT else OF_REMEDIES_ABOUT if about else OF_REMEDIES
    groups, total = [], None
    for key, sample, name, code, patients, prescriptions, expected, *counts in _rows(
        sql + GROUPS.format(outcomes=outcomes, values=VALUES), params
    ):
        told = Distribution(dict(zip(RESPONSES, counts, strict=True)), expected)
        group = Group(sample, name, code, patients, prescriptions, told)
        if key is None:
            total = group
        else:
            groups.append(group)
    return Evidence(groups, total)


def read_outcomes(user: User, lines, *, about: Chosen | None = None) -> list[Outcome]:
    """Return each prescription with what was told after it, latest first; arguments as in `read_evidence`."""
    sql, params = _given(user, lines, about)
    select = CASES.format(told="about", join=JOIN_ABOUT) if about else CASES.format(told="given", join="")
    return [
        Outcome(*facts, told=None if response is None else Told(response, percent))
        for *facts, response, percent in _rows(sql + select, params)
    ]


def _given(user: User, lines, about: Chosen | None, *, is_by_complaint: bool = False) -> tuple[str, list]:
    """Return the tables of what was given, and of complaints where they matter, with their parameters."""
    own = Prescription.objects.written_by(user).values("patient")
    visits = Consultation.objects.for_user(user).active().attended().filter(patient__in=own).with_answers()
    seen, seen_params = visits.as_select("id", "patient_id", "scheduled_at", "response", "percent", "answers_later")
    given, given_params = lines.as_select("prescription_id", "visit_id", "key", "sample", "name", "code")
    sql, params = GIVEN.format(visits=seen, lines=given), [*seen_params, *given_params]
    if about or is_by_complaint:
        complaints = Complaint.objects.with_words()
        if about:
            complaints = complaints.filter(words=about.means)
        asked, asked_params = complaints.as_select("id", "patient_id", "consultation_id", "name", "words")
        told, told_params = ComplaintResponse.objects.as_select(
            "complaint_id", "consultation_id", "value", "percent", "is_closed"
        )
        sql += ABOUT.format(responses=told, complaints=asked)
        params += [*told_params, *asked_params]
    return sql, params


def _rows(sql: str, params: Iterable) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()
