"""The sheet: what stands in the form of a note, checked or not, as plain texts.

The form of a window, its draft on the server, the stored note, a template: each is a sheet, so that any two can be
compared and merged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinical.case import PARTS, RESPONSES, in_words, signed_number
from clinical.models import Complaint, ComplaintResponse, Consultation

TEXTS = ("complaints", "diagnosis", "prescription", "notes")
SINGLE = (*TEXTS, "layout", *Consultation.CHOSEN, *(name for name, part in PARTS.items() if not part.is_many))
MANY = tuple(name for name, part in PARTS.items() if part.is_many)
ROW_PREFIX, RESPONSE_PREFIX = "complaint", "response"
ROW_FIELDS = (*Complaint.TEXTS, "intensity")
RESPONSE_FIELDS = ("value", "percent", "now", "is_closed")
ROWS_MAX = 20
ROWS_READ = 60
UNCOMPARED = frozenset({"layout"})
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


@dataclass
class Sheet:
    """Texts by field, complaints in order (`id` is "" for a new one), responses by the id of their complaint."""

    fields: dict[str, str | list[str]] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    responses: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, consultation: Consultation, rows: Iterable[Complaint], responses: Iterable[ComplaintResponse]):
        """Return the sheet of a stored note."""
        fields = {name: consultation.free_text(name) for name in TEXTS}
        fields |= {name: getattr(consultation, name) for name in ("layout", *Consultation.CHOSEN)}
        fields |= {name: consultation.case.get(name, [] if part.is_many else "") for name, part in PARTS.items()}
        return cls(
            fields,
            [{"id": row.pk} | {name: _typed(getattr(row, name)) for name in ROW_FIELDS} for row in rows],
            {one.complaint_id: {name: _typed(getattr(one, name)) for name in RESPONSE_FIELDS} for one in responses},
        )

    @classmethod
    def from_post(cls, data: Mapping[str, list[str]]):
        """Return the sheet of a posted form, given as lists by name; what belongs to no sheet is left out."""
        fields = {name: data[name][-1] for name in SINGLE if data.get(name)}
        fields |= {name: data.get(name, []) for name in MANY}
        rows = []
        for number in range(_count(data)):
            prefix = f"{ROW_PREFIX}-{number}-"
            row = {name: _last(data, prefix + name) for name in ("id", *ROW_FIELDS)}
            if not _last(data, f"{prefix}DELETE") and any(row[name].strip() for name in ROW_FIELDS):
                rows.append(row)
        responses = {}
        for name in data:
            prefix, _dash, rest = name.partition("-")
            pk, _dash, column = rest.rpartition("-")
            if prefix == RESPONSE_PREFIX and column in RESPONSE_FIELDS:
                responses.setdefault(pk, dict.fromkeys(RESPONSE_FIELDS, ""))[column] = _last(data, name)
        return cls(fields, rows, responses)

    def as_post(self) -> QueryDict:
        """Return what a form that holds this sheet would send."""
        data = QueryDict(mutable=True)
        for name, value in self.fields.items():
            data.setlist(name, value if isinstance(value, list) else [value])
        data[f"{ROW_PREFIX}-TOTAL_FORMS"] = str(len(self.rows))
        data[f"{ROW_PREFIX}-INITIAL_FORMS"] = "0"
        for number, row in enumerate(self.rows):
            data.update({f"{ROW_PREFIX}-{number}-{name}": value for name, value in row.items()})
        for pk, response in self.responses.items():
            data.update({f"{RESPONSE_PREFIX}-{pk}-{name}": value for name, value in response.items()})
        return data

    def differences(self, theirs: "Sheet", complaints: Iterable[Complaint] = ()) -> list[Difference]:
        """Return what differs from another sheet of the same note, in words; `complaints` are those responded to."""
        found = []
        for name in (*SINGLE, *MANY):
            mine, other = _even(self.fields.get(name, "")), _even(theirs.fields.get(name, ""))
            if name not in UNCOMPARED and mine != other:
                is_text = name in TEXTS or (name in PARTS and PARTS[name].choices is None)
                found.append(Difference(name, _label(name), _show(name, mine), _show(name, other), is_text))
        own, other = _paired(self.rows, theirs.rows)
        for number, key in enumerate(dict.fromkeys([*own, *other]), 1):
            if _even_row(own.get(key)) != _even_row(other.get(key)):
                label = _("Complaint %(number)d") % {"number": number}
                found.append(Difference(key, label, _show_row(own.get(key)), _show_row(other.get(key)), True))
        titles = {one.pk: one.title for one in complaints}
        for pk in dict.fromkeys([*self.responses, *theirs.responses]):
            mine, other = _show_response(self.responses.get(pk)), _show_response(theirs.responses.get(pk))
            if mine != other:
                label = titles.get(pk) or _("Response")
                found.append(Difference(f"{RESPONSE_PREFIX}-{pk}", label, mine, other, False))
        return found

    def merged(self, theirs: "Sheet", choices: Mapping[str, str]) -> "Sheet":
        """Return this sheet with what was chosen for each difference: mine, theirs or both; by default as proposed."""
        fields, responses = dict(self.fields), dict(self.responses)
        own, other = _paired(self.rows, theirs.rows)
        rows = dict(own)
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
            elif choice == BOTH and key in own and key in other:
                rows[f"{key} theirs"] = other[key] | {"id": ""}
            elif key in other:
                rows[key] = other[key]
            elif choice == THEIRS:
                rows.pop(key, None)
        return Sheet(fields, list(rows.values()), responses)

    def with_gaps_filled(self, source: "Sheet") -> "Sheet":
        """Return this sheet with the texts of `source` where nothing stands yet; its responses are left out."""
        fields = {name: value if value else source.fields.get(name, value) for name, value in self.fields.items()}
        fields |= {name: value for name, value in source.fields.items() if name not in fields}
        fields["layout"] = self.fields.get("layout", "")
        return Sheet(fields, self.rows or [row | {"id": ""} for row in source.rows], dict(self.responses))

    def as_parts(self) -> dict:
        """Return what a template keeps: everything written but ids, responses and the layout, as JSON."""
        fields = {name: value for name, value in self.fields.items() if value and name != "layout"}
        return {"fields": fields, "rows": [row | {"id": ""} for row in self.rows]} if fields or self.rows else {}

    @classmethod
    def from_parts(cls, parts: dict) -> "Sheet":
        """Return the sheet of a template."""
        return cls(dict(parts.get("fields", {})), [dict(row) for row in parts.get("rows", [])])


def _typed(value) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _count(data) -> int:
    total = _last(data, f"{ROW_PREFIX}-TOTAL_FORMS")
    return min(int(total), ROWS_READ) if total.isdecimal() and len(total) < 4 else 0


def _last(data, name: str) -> str:
    values = data.get(name) or [""]
    return values[-1]


def _even(value):
    """Return a value without what makes no difference: browsers send two characters for a line end."""
    return sorted(value) if isinstance(value, list) else value.replace("\r\n", "\n").strip()


def _even_row(row) -> tuple:
    return tuple(_even(row[name]) for name in ROW_FIELDS) if row else ()


def _by_key(rows) -> dict[str, dict]:
    """Return the rows by what tells them apart in two sheets: the id, or the place among the new ones."""
    keyed, new = {}, 0
    for row in rows:
        new += not row["id"]
        keyed[f"{ROW_PREFIX}-{row['id'] or f'new{new}'}"] = row
    return keyed


def _paired(mine, theirs) -> tuple[dict[str, dict], dict[str, dict]]:
    """Return both lists of rows by key; a new row that says what one of the other list says is that one."""
    own, other = _by_key(mine), _by_key(theirs)
    return _aligned(own, other), _aligned(other, own)


def _aligned(rows, others) -> dict[str, dict]:
    found = {}
    for key, row in rows.items():
        twins = (
            one for one in others if one not in rows and one not in found and _even_row(others[one]) == _even_row(row)
        )
        twin = None if row["id"] or key in others else next(twins, None)
        found[twin or key] = row | {"id": others[twin]["id"]} if twin else row
    return found


def _take(mine, theirs, choice, difference):
    if choice == BOTH and difference.can_keep_both and mine and theirs:
        return f"{mine.rstrip()}\n\n{theirs.lstrip()}"
    return theirs


def _label(name: str) -> str:
    if name in PARTS:
        return str(PARTS[name].label)
    return capfirst(str(Consultation._meta.get_field(name).verbose_name))


def _show(name: str, value) -> str:
    if name in PARTS:
        return in_words(name, value)
    choices = dict(Consultation._meta.get_field(name).choices or ())
    return str(choices.get(value, value))


def _show_row(row) -> str:
    if not row:
        return ""
    labels = {name: capfirst(str(Complaint._meta.get_field(name).verbose_name)) for name in ROW_FIELDS}
    return "\n".join(f"{labels[name]}: {row[name].strip()}" for name in ROW_FIELDS if row[name].strip())


def _show_response(response) -> str:
    if not response:
        return ""
    value, percent, now, closed = (response[name].strip() for name in RESPONSE_FIELDS)
    known = value.lstrip("-").isdecimal() and int(value) in RESPONSES
    words = [f"{signed_number(int(value))} {RESPONSES[int(value)]}" if known else value]
    words += [f"{percent} %" if percent else "", _even(now), _("gone") if closed else ""]
    return " · ".join(filter(None, words))
