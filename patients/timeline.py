"""The timeline of a chart: rows of every section in one stream, newest first, filtered, searched and paged by keyset.

Whatever the history is long, a page of it is one query: each section gives as many of its newest rows as a page has,
through an index that begins with the patient, and the newest of all are shown. `Section.rows` decides which rows a
person may see.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import BooleanField, F, Model, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from accounts.models import User
from homeo.base.statements import Statement
from patients.chart import Entry, Section, StandIns
from patients.models import Patient

FIRST_SIZE, FURTHER_SIZE = 15, 50
"""How many entries are shown at first, and how many with each step further back."""

WORDS_MAX = 8
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
CURSOR = re.compile(r"(-?[0-9]{1,17})-([a-z0-9]{1,24})")
# The text is folded before it is quoted: folding may give a quote. It is a SELECT so as to be done once, not for each
# row.
WORD = "(SELECT to_tsquery('simple', quote_literal(homeo_fold(%s)) || ':*'))"
WITHIN_WORDS = frozenset("-./")


@dataclass(frozen=True)
class Cursor:
    """A place in the stream, by the moment and the id of a row; the entries after it are older."""

    at: dt.datetime
    pk: str

    @classmethod
    def read(cls, text: str | None) -> "Cursor | None":
        """Return the place that an address names, None for none or for nonsense."""
        match = CURSOR.fullmatch(text or "")
        try:
            return cls(EPOCH + int(match[1]) * MICROSECOND, match[2]) if match else None
        except OverflowError:
            return None

    def __str__(self):
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk}"

    def older(self) -> Q:
        """Return the condition on `at` and `pk` of what comes after."""
        return Q(at__lt=self.at) | Q(at=self.at, pk__lt=self.pk)


PLACE = Cursor(dt.datetime.min.replace(tzinfo=dt.UTC), ":before")
WORDS = tuple(f":word{number}" for number in range(WORDS_MAX))
"""Stand-ins of a place and of words, see `homeo.base.statements`."""


@dataclass(frozen=True)
class Stream:
    """A page of the timeline: entries, newest first, and where the next page begins, if there is one."""

    entries: list[Entry]
    older: Cursor | None


def words_of(text: str) -> list[str]:
    """Return the words to search for: letters and digits, and what stands within them, such as 3.9 or nux-v."""
    kept = "".join(s if unicodedata.category(s)[0] in "LMN" or s in WITHIN_WORDS else " " for s in text)
    words = (word.strip("".join(WITHIN_WORDS)) for word in kept.split())
    return [word for word in words if word][:WORDS_MAX]


def read(
    user: User,
    patient: Patient,
    sections: Iterable[Section],
    *,
    words: list[str] | None = None,
    before: Cursor | None = None,
    is_whole: bool = True,
) -> Stream:
    """Return a page of what happened to a patient, in one query.

    Args:
        words: all must begin a word of the row's text, without regard to case and accents; None searches nothing.
        before: where the page begins.
        is_whole: the sections are all that the person sees: a row that another section tells is left out.
    """
    by_key = {section.key: section for section in sections}
    if not by_key:
        return Stream([], None)
    values = StandIns.values(user, patient.pk)
    values |= dict(zip(WORDS, words or (), strict=False))
    if before:
        values |= {PLACE.at: before.at, PLACE.pk: before.pk}
    statement = _statement(user.role, tuple(by_key.values()), len(words or ()), bool(before), is_whole and not words)
    found = statement.rows(values)
    size = FURTHER_SIZE if before else FIRST_SIZE
    shown, rest = found[:size], found[size:]
    entries = []
    for key, pk, at, facts in shown:
        section = by_key[key]
        entries.append(section.entry(user, _row(section.model, pk, json.loads(facts)), at))
    return Stream(entries, Cursor(shown[-1][2], shown[-1][1]) if rest else None)


@lru_cache(maxsize=512)
def _statement(role: str, sections: tuple[Section, ...], words: int, is_later: bool, is_whole: bool) -> Statement:
    """Return the query for a role: with so many words, of a later page, of all that the person sees."""
    standing = StandIns.of(role)
    # One more than is shown tells whether there are more.
    most = 1 + (FURTHER_SIZE if is_later else FIRST_SIZE)
    first, *others = (
        _branch(section, standing, words=WORDS[:words], before=PLACE if is_later else None, is_whole=is_whole)[:most]
        for section in sections
    )
    return Statement(first.union(*others, all=True).order_by("-at", "-pk")[:most] if others else first)


def _branch(section: Section, standing: StandIns, *, words, before, is_whole: bool):
    user = standing.user
    rows = section.rows(user, standing.patient).prefetch_related(None).order_by()
    if is_whole:
        rows = rows.filter(section.told(user))
    for word in words:
        condition = section.search(user).format(table=f'"{section.model._meta.db_table}"', word=WORD)
        params = [word] * condition.count("%s")
        # The words are parameters; the rest is written in the code.
        rows = rows.filter(RawSQL(condition, params, output_field=BooleanField()))  # noqa: S611
    rows = rows.annotate(
        section=Value(section.key),
        at=section.at(),
        loaded=JSONObject(**{name: F(name) for name in section.facts}, **section.extras),
    )
    if before:
        rows = rows.filter(before.older())
    return rows.order_by("-at", "-pk").values_list("section", "pk", "at", "loaded")


def _row(model: type[Model], pk: str, facts: dict) -> Model:
    """Return a row of which only the facts are loaded, with the rows that it names, and the extras as attributes."""
    own, related, extras = {"id": pk}, {}, {}
    fields = {field.name: field for field in model._meta.concrete_fields}
    for name, value in facts.items():
        head, _sep, tail = name.partition("__")
        if tail:
            related.setdefault(head, {})[tail] = value
        elif name in fields:
            own[name] = fields[name].to_python(value)
        else:
            extras[name] = value
    row = _loaded(model, own)
    for name, values in related.items():
        relation = model._meta.get_field(name)
        named = _loaded(relation.related_model, values) if values["id"] else None
        if relation.concrete:
            setattr(row, name, named)
        else:
            relation.set_cached_value(row, named)
    for name, value in extras.items():
        setattr(row, name, value)
    return row


def _loaded(model: type[Model], values: dict) -> Model:
    # In the order of the columns, as rows come from the database.
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(connection.alias, names, [values[name] for name in names])
