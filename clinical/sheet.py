"""The sheet: what stands in the form of a note, checked or not, as plain texts.

The form of a window, its draft on the server, the stored note, a template: each is a sheet, so that any two can be
compared and merged.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinical.case import PARTS, RESPONSES, in_words, signed_number
from clinical.lines import LINE_FIELDS, LINE_PREFIX, LINES_READ, spelled
from clinical.models import Complaint, ComplaintResponse, Consultation, DosageForm, Prescription

TEXTS = ("complaints", "diagnosis", "prescription", "notes")
RX_PREFIX = "rx"
ADVICE, RX_VERSION = f"{RX_PREFIX}-notes", f"{RX_PREFIX}-version"
CHOSEN = (*Consultation.CHOSEN, *(name for name, part in PARTS.items() if not part.is_many))
SINGLE = (*TEXTS, "layout", *CHOSEN, ADVICE, RX_VERSION)
MANY = tuple(name for name, part in PARTS.items() if part.is_many)
ROW_PREFIX, RESPONSE_PREFIX = "complaint", "response"
ROW_FIELDS = (*Complaint.TEXTS, "intensity")
RESPONSE_FIELDS = ("value", "percent", "now", "is_closed")
ROWS_MAX = 20
ROWS_READ = 60
UNCOMPARED = frozenset({"layout", RX_VERSION})
OWN = frozenset({"layout", ADVICE, RX_VERSION})
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@dataclass(frozen=True)
class Difference:
    """One thing that two sheets have differently, in words; `can_keep_both` where texts can stand below each other."""

    key: str
    label: str
    mine: str
    theirs: str
    can_keep_both: bool

    @property
    def proposed(self) -> str:
        """Return the choice that loses nothing, one's own where only one can stay."""
        if not self.mine:
            return THEIRS
        if not self.theirs:
            return MINE
        return BOTH if self.can_keep_both else MINE


@dataclass(frozen=True)
class Rows:
    """A kind of rows that a sheet has: how they are named in a form, compared and merged.

    Args:
        prefix: of the names of their fields.
        columns: what is written in a row, beside its `id`.
        most: how many are read.
        chosen: a column that has a value from the start, and does not make a row by itself.
        label: what a row is called, with its number.
        show: a row in words.
    """

    prefix: str
    columns: tuple[str, ...]
    most: int
    label: Callable[[int], str]
    show: Callable[[dict[str, str]], str]
    chosen: str = ""

    def read(self, data: Mapping[str, list[str]]) -> list[dict[str, str]] | None:
        """Return the rows of a posted form in which something stands; None where it has none of this kind."""
        count = _count(data, self.prefix, self.most)
        if count is None:
            return None
        rows = []
        for number in range(count):
            prefix = f"{self.prefix}-{number}-"
            row = {name: _last(data, prefix + name) for name in ("id", *self.columns)}
            is_written = any(row[name].strip() for name in self.columns if name != self.chosen)
            if is_written and not _last(data, f"{prefix}DELETE"):
                rows.append(row)
        return rows

    def write(self, rows, data: QueryDict) -> None:
        """Put the rows into `data` as a form would send them."""
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(rows))
        data[f"{self.prefix}-INITIAL_FORMS"] = "0"
        for number, row in enumerate(rows):
            data.update({f"{self.prefix}-{number}-{name}": value for name, value in row.items()})

    def even(self, row) -> tuple:
        """Return what stands in a row, without what makes no difference."""
        return tuple(_even(row[name]) for name in self.columns) if row else ()

    def differences(self, mine, theirs) -> list[Difference]:
        """Return what differs, row by row."""
        own, other = self.paired(mine, theirs)
        return [
            Difference(key, self.label(number), *(self.show(row) if row else "" for row in rows), True)
            for number, key in enumerate(dict.fromkeys([*own, *other]), 1)
            for rows in [(own.get(key), other.get(key))]
            if self.even(rows[0]) != self.even(rows[1])
        ]

    def merged(self, mine, theirs, choices: Mapping[str, str]) -> list[dict[str, str]]:
        """Return the rows with what was chosen for each difference."""
        own, other = self.paired(mine, theirs)
        rows = dict(own)
        for difference in self.differences(mine, theirs):
            key = difference.key
            choice = choices.get(key, difference.proposed)
            if choice == BOTH and key in own and key in other:
                rows[f"{key} theirs"] = other[key] | {"id": ""}
            elif choice in {THEIRS, BOTH} and key in other:
                rows[key] = other[key]
            elif choice == THEIRS:
                rows.pop(key, None)
        return list(rows.values())

    def paired(self, mine, theirs) -> tuple[dict[str, dict], dict[str, dict]]:
        """Return both lists of rows by key; a new row that says what one of the other list says is that one."""
        own, other = self._by_key(mine), self._by_key(theirs)
        return self._aligned(own, other), self._aligned(other, own)

    def _by_key(self, rows) -> dict[str, dict]:
        """Return the rows by what tells them apart in two sheets: the id, or the place among the new ones."""
        keyed, new = {}, 0
        for row in rows:
            new += not row["id"]
            keyed[f"{self.prefix}-{row['id'] or f'new{new}'}"] = row
        return keyed

    def _aligned(self, rows, others) -> dict[str, dict]:
        found = {}
        for key, row in rows.items():
            twins = (
                one
                for one in others
                if one not in rows and one not in found and self.even(others[one]) == self.even(row)
            )
            twin = None if row["id"] or key in others else next(twins, None)
            found[twin or key] = row | {"id": others[twin]["id"]} if twin else row
        return found


def _complaint_in_words(row) -> str:
    labels = {name: capfirst(str(Complaint._meta.get_field(name).verbose_name)) for name in ROW_FIELDS}
    return "\n".join(f"{labels[name]}: {row[name].strip()}" for name in ROW_FIELDS if row[name].strip())


def _line_in_words(row) -> str:
    words = row | {"form": str(dict(DosageForm.choices).get(row["form"], row["form"]))}
    remedy = " ".join(filter(None, (words[name].strip() for name in ("medicine_name", "potency"))))
    return ", ".join(filter(None, [remedy, *(words[name].strip() for name in LINE_FIELDS[2:])]))


COMPLAINTS = Rows(
    ROW_PREFIX,
    ROW_FIELDS,
    ROWS_READ,
    lambda number: _("Complaint %(number)d") % {"number": number},
    _complaint_in_words,
)
LINES = Rows(
    LINE_PREFIX,
    LINE_FIELDS,
    LINES_READ,
    lambda number: _("Prescription, line %(number)d") % {"number": number},
    _line_in_words,
    chosen="form",
)


@dataclass
class Sheet:
    """Texts by field, complaints in order (`id` is "" for a new one), responses by the id of their complaint.

    `lines` are those of the visit's prescription, like the complaints; None where the sheet says nothing of it.
    """

    fields: dict[str, str | list[str]] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    responses: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: list[dict[str, str]] | None = None

    @classmethod
    def of(
        cls,
        consultation: Consultation,
        rows: Iterable[Complaint],
        responses: Iterable[ComplaintResponse],
        prescription: Prescription | None,
    ):
        """Return the sheet of a stored note, with the prescription of the visit."""
        fields = {name: consultation.free_text(name) for name in TEXTS}
        fields |= {name: getattr(consultation, name) for name in ("layout", *Consultation.CHOSEN)}
        fields |= {name: consultation.case.get(name, [] if part.is_many else "") for name, part in PARTS.items()}
        fields |= {ADVICE: "", RX_VERSION: ""}
        if prescription:
            fields |= {ADVICE: prescription.notes, RX_VERSION: prescription.version}
        items = prescription.items.all() if prescription else []
        return cls(
            fields,
            [{"id": row.pk} | {name: _typed(getattr(row, name)) for name in ROW_FIELDS} for row in rows],
            {one.complaint_id: {name: _typed(getattr(one, name)) for name in RESPONSE_FIELDS} for one in responses},
            [{"id": item.pk} | {name: getattr(item, name) for name in LINE_FIELDS} for item in items],
        )

    @classmethod
    def from_post(cls, data: Mapping[str, list[str]]):
        """Return the sheet of a posted form, given as lists by name; what belongs to no sheet is left out."""
        fields = {name: data[name][-1] for name in SINGLE if data.get(name)}
        fields |= {name: data.get(name, []) for name in MANY}
        rows = COMPLAINTS.read(data) or []
        responses = {}
        for name in data:
            prefix, _dash, rest = name.partition("-")
            pk, _dash, column = rest.rpartition("-")
            if prefix == RESPONSE_PREFIX and column in RESPONSE_FIELDS:
                responses.setdefault(pk, dict.fromkeys(RESPONSE_FIELDS, ""))[column] = _last(data, name)
        return cls(fields, rows, responses, LINES.read(data))

    def as_post(self) -> QueryDict:
        """Return what a form that holds this sheet would send."""
        data = QueryDict(mutable=True)
        for name, value in self.fields.items():
            data.setlist(name, value if isinstance(value, list) else [value])
        COMPLAINTS.write(self.rows, data)
        if self.lines is not None:
            LINES.write(self.lines, data)
        for pk, response in self.responses.items():
            data.update({f"{RESPONSE_PREFIX}-{pk}-{name}": value for name, value in response.items()})
        return data

    def differences(self, theirs: "Sheet", complaints: Iterable[Complaint] = ()) -> list[Difference]:
        """Return what differs from another sheet of the same note, in words; `complaints` are those responded to."""
        found = []
        for name in (*SINGLE, *MANY):
            mine, other = _even(self.fields.get(name, "")), _even(theirs.fields.get(name, ""))
            if name not in UNCOMPARED and mine != other and (name != ADVICE or self._both_prescribe(theirs)):
                is_text = name in {*TEXTS, ADVICE} or (name in PARTS and PARTS[name].choices is None)
                found.append(Difference(name, _label(name), _show(name, mine), _show(name, other), is_text))
        found += COMPLAINTS.differences(self.rows, theirs.rows)
        if self._both_prescribe(theirs):
            found += LINES.differences(self.lines, theirs.lines)
        titles = {one.pk: one.title for one in complaints}
        for pk in dict.fromkeys([*self.responses, *theirs.responses]):
            mine, other = _show_response(self.responses.get(pk)), _show_response(theirs.responses.get(pk))
            if mine != other:
                label = titles.get(pk) or _("Response")
                found.append(Difference(f"{RESPONSE_PREFIX}-{pk}", label, mine, other, False))
        return found

    def _both_prescribe(self, other: "Sheet") -> bool:
        return self.lines is not None and other.lines is not None

    def spelled(self) -> "Sheet":
        """Return this sheet with its lines in the clinic's spelling, in which two sheets are compared."""
        return replace(self, lines=spelled(self.lines)) if self.lines else self

    def prescribes_as(self, other: "Sheet") -> bool:
        """Tell whether the prescription is the other sheet's, line by line."""
        if not self._both_prescribe(other):
            return True
        mine, theirs = ([(row["id"], *LINES.even(row)) for row in one.lines] for one in (self, other))
        return mine == theirs and _even(self.fields.get(ADVICE, "")) == _even(other.fields.get(ADVICE, ""))

    def merged(self, theirs: "Sheet", choices: Mapping[str, str]) -> "Sheet":
        """Return this sheet with what was chosen for each difference: mine, theirs or both; by default as proposed."""
        fields, responses = dict(self.fields), dict(self.responses)
        rows = COMPLAINTS.merged(self.rows, theirs.rows, choices)
        lines = self.lines
        if self._both_prescribe(theirs):
            lines = LINES.merged(self.lines, theirs.lines, choices)
        for difference in self.differences(theirs):
            key = difference.key
            choice = choices.get(key, difference.proposed)
            if choice == MINE or choice not in {THEIRS, BOTH}:
                continue
            if key in fields or key in theirs.fields:
                fields[key] = _take(fields.get(key, ""), theirs.fields.get(key, ""), choice, difference)
            elif key.startswith(f"{RESPONSE_PREFIX}-"):
                pk = key.removeprefix(f"{RESPONSE_PREFIX}-")
                responses[pk] = theirs.responses.get(pk, dict.fromkeys(RESPONSE_FIELDS, ""))
        return Sheet(fields, rows, responses, lines)

    def with_gaps_filled(self, source: "Sheet") -> "Sheet":
        """Return this sheet with the texts of `source` where nothing stands yet, but no responses or prescription."""
        theirs = {name: value for name, value in source.fields.items() if name not in OWN}
        fields = theirs | {name: value for name, value in self.fields.items() if value or name not in theirs}
        rows = self.rows or [row | {"id": ""} for row in source.rows]
        return Sheet(fields, rows, dict(self.responses), self.lines)

    def as_parts(self) -> dict:
        """Return what a template keeps: everything written but ids, responses, prescription and layout, as JSON."""
        fields = {name: value for name, value in self.fields.items() if value and name not in OWN}
        return {"fields": fields, "rows": [row | {"id": ""} for row in self.rows]} if fields or self.rows else {}

    @classmethod
    def from_parts(cls, parts: dict) -> "Sheet":
        """Return the sheet of a template."""
        return cls(dict(parts.get("fields", {})), [dict(row) for row in parts.get("rows", [])])


def _typed(value) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _count(data, prefix, most) -> int | None:
    total = _last(data, f"{prefix}-TOTAL_FORMS")
    return min(int(total), most) if total.isdecimal() and len(total) < 4 else None


def _last(data, name: str) -> str:
    values = data.get(name) or [""]
    return values[-1]


def _even(value):
    """Return a value without what makes no difference: browsers send two characters for a line end."""
    return sorted(value) if isinstance(value, list) else value.replace("\r\n", "\n").strip()


def _take(mine, theirs, choice, difference):
    if choice == BOTH and difference.can_keep_both and mine and theirs:
        return f"{mine.rstrip()}\n\n{theirs.lstrip()}"
    return theirs


def _label(name: str) -> str:
    if name == ADVICE:
        return _("Advice")
    if name in PARTS:
        return str(PARTS[name].label)
    return capfirst(str(Consultation._meta.get_field(name).verbose_name))


def _show(name: str, value) -> str:
    if name == ADVICE:
        return value
    if name in PARTS:
        return in_words(name, value)
    choices = dict(Consultation._meta.get_field(name).choices or ())
    return str(choices.get(value, value))


def _show_response(response) -> str:
    if not response:
        return ""
    value, percent, now, closed = (response[name].strip() for name in RESPONSE_FIELDS)
    known = value.lstrip("-").isdecimal() and int(value) in RESPONSES
    words = [f"{signed_number(int(value))} {RESPONSES[int(value)]}" if known else value]
    words += [f"{percent} %" if percent else "", _even(now), _("gone") if closed else ""]
    return " · ".join(filter(None, words))
