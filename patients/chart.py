"""The frame of a patient's chart: the apps above put in what they know of the patient.

A section has a tab, its rows on the timeline of the overview (`patients.timeline`), and a permission; what a person may
not see, neither the tab nor the timeline shows. `Actions` stand in the head of the chart.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django.core.paginator import Page
from django.db import connection
from django.db.models import Count, F, Model, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from homeo.base.fields import CUID_LENGTH
from homeo.base.pagination import BoundedPaginator
from homeo.base.querysets import BaseQuerySet
from homeo.base.statements import Statement
from patients.models import MedicalRecord, Patient

LATEST = 25
TEXT_SHOWN = 280
"""How many letters of an entry's text the timeline shows."""

OVERVIEW = "overview"
HEAD, SIDE = "head", "side"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, as the timeline shows it.

    `at` is an aware moment, `state` a word of the status component, `picture` the address of a small picture, `format`
    the kind of a file that has none.
    """

    at: dt.datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    state: str = ""
    state_label: str = ""
    is_key: bool = False
    picture: str = ""
    format: str = ""


SEARCH = "{table}.search @@ {word}"
"""The condition that a row holds a word, over the column that a migration adds to the table, with its index."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """One kind of rows of a patient, with a `patient` column.

    What it asks depends on nothing but the role, the person and the patient: it is put together once for each role.

    - `rows(user, patient)`: the rows that the person may see, latest first, with all that `template` needs.
    - `template`: shows `rows` of one page of the tab; it also gets `person`, who looks at them.
    - `at()`: the moment of a row on the timeline, as an expression.
    - `facts`: the columns that `entry` needs, such as `status` or `doctor__first_name`; of another row also its `id`.
      `extras`: expressions that it needs besides, as JSON.
    - `entry(user, row, at)`: the row on the timeline; only the facts of `row` are loaded.
    - `told(user)`: the condition on rows that no other section tells on the timeline of everything.
    - `search(user)`: SQL of the condition that a row holds a word that the person may know; `{table}` and `{word}`
      stand for the table and the word.
    """

    key: str
    title: str
    order: int
    permission: str
    template: str
    model: type[Model]
    rows: Callable[[User, Patient], BaseQuerySet]
    entry: Callable[[User, object, dt.datetime], Entry]
    facts: tuple[str, ...]
    at: Callable[[], object]
    icon: str
    empty: str
    extras: dict = field(default_factory=dict)
    told: Callable[[User], Q] = lambda user: Q()
    search: Callable[[User], str] = lambda user: SEARCH


DOCTOR_FACTS = ("doctor__id", "doctor__first_name", "doctor__last_name", "doctor__role")


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What a person does in the head of the chart, or beside it: `template` gets `patient` and, as `context`, what
    `load(user, patient)` returns.
    """

    key: str
    permission: str
    template: str
    load: Callable[[User, Patient], dict]
    place: str = HEAD


PLACEHOLDER = "0" * CUID_LENGTH


def address_of(view: str, pk: str) -> str:
    """Return the address of a row's page; `reverse`, which takes its time, is asked once for each view."""
    before, after = _address_around(view)
    return f"{before}{pk}{after}"


@cache
def _address_around(view: str) -> list[str]:
    return reverse(view, args=[PLACEHOLDER]).split(PLACEHOLDER)


_sections: dict[str, Section] = {}
_actions: dict[str, Actions] = {}


def register(part: Section | Actions) -> None:
    """Add a section or actions; the same key again replaces them."""
    (_sections if isinstance(part, Section) else _actions)[part.key] = part


def sections_for(user: User) -> list[Section]:
    """Return the sections that the person may see, in their order."""
    shown = [section for section in _sections.values() if user.has_perm(section.permission)]
    return sorted(shown, key=lambda section: section.order)


def actions_for(user: User, patient: Patient, place: str) -> list[dict]:
    """Return the actions of a place: each a template and its context."""
    return [
        {"template": actions.template, "context": actions.load(user, patient)}
        for actions in _actions.values()
        if actions.place == place and user.has_perm(actions.permission)
    ]


@dataclass(frozen=True)
class StandIns:
    """A person of a role and a patient in whose place others are put, see `homeo.base.statements`."""

    user: User
    patient: Patient

    @classmethod
    def of(cls, role: str) -> "StandIns":
        """Return those for a role, whose sections were chosen by `sections_for`."""
        names = ("id", "role", "is_active")
        return cls(User.from_db(connection.alias, names, (":user", role, True)), Patient(pk=":patient"))

    @staticmethod
    def values(user: User, patient_id: str) -> dict[str, str]:
        """Return what takes their places."""
        return {":user": user.pk, ":patient": patient_id}


def patient_for(user: User, pk: str) -> Patient | None:
    """Return the patient with the account, None for one whom the person may not see."""
    found = _patients(user.role, timezone.localdate()).objects(StandIns.values(user, pk))
    return found[0] if found else None


@lru_cache(maxsize=16)
def _patients(role: str, day: dt.date) -> Statement:
    """Return the query for a role, which holds for a day: whom a doctor treats depends on it."""
    standing = StandIns.of(role)
    patients = Patient.objects.for_user(standing.user).filter(pk=standing.patient.pk)
    return Statement(patients.with_account())


def counts(user: User, patient: Patient, sections: list[Section]) -> dict[str, int]:
    """Return how many rows each section has, in one query."""
    [found] = _counts(user.role, tuple(sections)).rows(StandIns.values(user, patient.pk))
    return dict(zip((section.key for section in sections), found, strict=True))


@cache
def _counts(role: str, sections: tuple[Section, ...]) -> Statement:
    standing = StandIns.of(role)
    columns = [Coalesce(_count(section.rows(standing.user, standing.patient)), 0) for section in sections]
    return Statement(Patient.objects.filter(pk=standing.patient.pk).values_list(*columns))


def _count(rows):
    # Counted as scalars: PostgreSQL would start workers for a union of counts, which takes longer than to count.
    return Subquery(rows.order_by().values("patient").annotate(count=Count("*")).values("count"))


def page_of(section: Section, user: User, patient: Patient, number: str | None) -> Page:
    """Return one page of a section's tab, the nearest one where there is no such page."""
    return BoundedPaginator(section.rows(user, patient), LATEST).get_page(number)


def _documents(user, patient):
    return (
        MedicalRecord.objects.for_user(user, patient)
        .active()
        .filter(patient=patient)
        .select_related("uploaded_by")
        .order_by("-recorded_at", "-pk")
    )


def _document_entry(user, record, at) -> Entry:
    return Entry(
        at=at,
        icon="paperclip",
        title=record.title,
        text=record.description,
        by=_("%(kind)s, uploaded by %(who)s")
        % {"kind": record.get_record_type_display(), "who": record.uploaded_by.display_name},
        url=address_of("patients:medicalrecord_detail", record.pk),
        picture=address_of("patients:medicalrecord_thumbnail", record.pk) if record.thumbnail else "",
        format=record.format,
    )


register(
    Section(
        key="documents",
        title=gettext_lazy("Documents"),
        order=30,
        permission="patients.view_medicalrecord",
        template="patients/_chart_documents.html",
        model=MedicalRecord,
        rows=_documents,
        at=lambda: F("recorded_at"),
        facts=(
            *("title", "description", "record_type", "thumbnail", "content_type"),
            *(f"uploaded_by__{name}" for name in ("id", "first_name", "last_name", "role")),
        ),
        entry=_document_entry,
        icon="files",
        empty=gettext_lazy("No documents yet"),
    )
)
