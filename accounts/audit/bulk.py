"""The only bulk writes that audited tables allow: each leaves a history row and an audit entry for every row."""

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import AutoField
from django.utils import timezone

from accounts.audit.entries import entry_of_change
from accounts.models import AuditLog

BATCH = 500
CREATED, CHANGED = "+", "~"
ACTIONS = {CREATED: AuditLog.Action.CREATE, CHANGED: AuditLog.Action.UPDATE}


@dataclass
class Changes:
    """Rows, also of several models, that are written together: `new` ones, loaded and `changed` ones, `removed` ones.

    Validation is the caller's. A row that was made earlier, or by somebody else, says so as its history wants it:
    `_history_date`, `_history_user`.
    """

    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    removed: list = field(default_factory=list)

    def add(self, obj) -> None:
        """Take a row, new or changed."""
        (self.new if obj._state.adding else self.changed).append(obj)

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.new + other.new, self.changed + other.changed, self.removed + other.removed)

    @transaction.atomic(savepoint=False)
    def save(self, *, actor=None) -> None:
        """Write all with history and audit entries, by one statement for each 500 rows that are new or changed."""
        early = {model for model in {type(obj) for obj in self.new} if _needs_value_of_database(model)}
        for model in early:
            model._base_manager.bulk_create([obj for obj in self.new if type(obj) is model], batch_size=BATCH)
        rows = [*((obj, CREATED) for obj in self.new), *((obj, CHANGED) for obj in self.changed)]
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            written, told = defaultdict(list), defaultdict(list)
            for obj, kind in some:
                # First the row, which so gets its time; history repeats it.
                row = _row(obj, is_new=kind == CREATED)
                if kind == CHANGED or type(obj) not in early:
                    written[type(obj), kind].append(row)
                for model, record in _records(obj, row, kind, actor):
                    told[model, CREATED].append(record)
            _execute([(_statement(*key), of_table) for key, of_table in (written | told).items()])
            _remember(obj for obj, _kind in some)
        for obj in self.removed:
            obj.delete()


def create(objects: list, *, actor=None) -> list:
    """Insert rows as `Changes` does, and return them."""
    Changes(new=objects).save(actor=actor)
    return objects


def log(entries: list[AuditLog]) -> None:
    """Insert entries of the audit log, which has no history, in one statement."""
    _execute([(_statement(AuditLog, CREATED), [_row(entry, is_new=True) for entry in entries])])


@transaction.atomic(savepoint=False)
def update(queryset, *, actor=None, **values) -> int:
    """Set `values` on every row of `queryset`, which is locked meanwhile; return how many rows there were."""
    objects = list(queryset.select_for_update(of=("self",)))
    for obj in objects:
        for name, value in values.items():
            setattr(obj, name, value)
    Changes(changed=objects).save(actor=actor)
    return len(objects)


def _needs_value_of_database(model) -> bool:
    """Tell whether the database makes a value that history needs, such as the next file number."""
    return any(field.has_db_default() and not field.has_default() for field in model._meta.concrete_fields)


def _records(obj, row: dict, kind: str, actor) -> tuple:
    """Return the row of history and that of the audit log, each with its model."""
    history = _history_of(type(obj))
    user = getattr(obj, "_history_user", None) or actor or history.get_default_history_user(obj)
    when = getattr(obj, "_history_date", timezone.now())
    told = {"history_date": when.isoformat(), "history_type": kind, "history_user_id": user and user.pk}
    entry = entry_of_change(obj, action=ACTIONS[kind], user=user, is_new=kind == CREATED)
    entry.created_at = when
    return (history, row | told), (AuditLog, _row(entry, is_new=True))


@cache
def _history_of(model):
    """Return the model of a model's history, for which simple_history makes a manager's class each time."""
    return model.history.model


@cache
def _columns(model) -> list:
    return [f for f in model._meta.concrete_fields if not f.generated and not isinstance(f, AutoField)]


@cache
def _statement(model, kind: str) -> str:
    """Return the INSERT or UPDATE of a table's rows, given as JSON.

    So it is always the same however many rows there are, and the driver and the database need to read it only once.
    """
    quoted = connection.ops.quote_name
    table, key = quoted(model._meta.db_table), quoted(model._meta.pk.column)
    names = ", ".join(quoted(field.column) for field in _columns(model))
    rows = f"jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    if kind == CREATED:
        return f"INSERT INTO {table} ({names}) SELECT {names} FROM {rows}"  # noqa: S608 - names of ours
    values = ", ".join(f"{name} = new.{name}" for f in _columns(model) if (name := quoted(f.column)) != key)
    return f"UPDATE {table} AS kept SET {values} FROM {rows} AS new WHERE kept.{key} = new.{key}"  # noqa: S608 - names of ours


def _row(obj, *, is_new: bool) -> dict:
    """Return a row as JSON has it, by column."""
    return {field.column: _stored(field, obj, is_new) for field in _columns(type(obj))}


def _stored(field, obj, is_new: bool):
    value = field.get_prep_value(field.pre_save(obj, add=is_new))
    # Whole: the encoder would cut the microseconds off, and with them a row's version.
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _execute(writes: list[tuple[str, list[dict]]]) -> None:
    """Send several writes as one statement: foreign keys among their rows are looked at when it is over."""
    *others, (last, _rows) = writes
    parts = ", ".join(f"part_{n} AS ({sql})" for n, (sql, _rows) in enumerate(others))
    values = [json.dumps(rows, cls=DjangoJSONEncoder) for _sql, rows in writes]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, values)


def _remember(objects) -> None:
    """Take the values as stored, which the next change is compared with."""
    for obj in objects:
        obj._state.adding, obj._state.db = False, connection.alias
        obj.remember_values()
