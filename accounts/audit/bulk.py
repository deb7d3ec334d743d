"""The only bulk writes that audited tables allow: each leaves a history row and an audit entry for every row."""

import datetime as dt
import json
from collections import defaultdict
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


@transaction.atomic(savepoint=False)
def create(objects: list, *, actor=None) -> list:
    """Insert rows, also of several models, with their history and audit entries; validation is the caller's.

    One statement writes them all, for each 500 of them. A row that was made earlier, or by somebody else, says so as
    its history wants it: `_history_date`, `_history_user`.
    """
    early = {model for model in {type(obj) for obj in objects} if _needs_value_of_database(model)}
    for model in early:
        model._base_manager.bulk_create([obj for obj in objects if type(obj) is model], batch_size=BATCH)
    for some in _batches(objects):
        # First the rows, which so get their times; history repeats them.
        inserts = _inserts(obj for obj in some if type(obj) not in early)
        _execute([*inserts, *_inserts(_records(some, CREATED, actor))])
        _remember(some)
    return objects


def log(entries: list[AuditLog]) -> None:
    """Insert entries of the audit log, which has no history, in one statement."""
    _execute(_inserts(entries))


@transaction.atomic(savepoint=False)
def update(queryset, *, actor=None, **values) -> int:
    """Set `values` on every row of `queryset`, which is locked meanwhile; return how many rows there were."""
    objects = list(queryset.select_for_update(of=("self",)))
    for obj in objects:
        for name, value in values.items():
            setattr(obj, name, value)
        obj.updated_at = timezone.now()
    for some in _batches(objects):
        queryset.model._base_manager.bulk_update(some, [*values, "updated_at"])
        _execute(_inserts(_records(some, CHANGED, actor)))
        _remember(some)
    return len(objects)


def _batches(objects: list):
    return (objects[start : start + BATCH] for start in range(0, len(objects), BATCH))


def _needs_value_of_database(model) -> bool:
    """Tell whether the database makes a value that history needs, such as the next file number."""
    return any(field.has_db_default() and not field.has_default() for field in model._meta.concrete_fields)


def _records(objects, kind: str, actor):
    """Yield the rows of history and of the audit log, unsaved."""
    for obj in objects:
        history = _history_of(type(obj))
        user = getattr(obj, "_history_user", None) or actor or history.get_default_history_user(obj)
        when = getattr(obj, "_history_date", timezone.now())
        values = {field.attname: getattr(obj, field.attname) for field in history.tracked_fields}
        yield history(history_date=when, history_type=kind, history_user_id=user and user.pk, **values)
        entry = entry_of_change(obj, action=ACTIONS[kind], user=user, is_new=kind == CREATED)
        entry.created_at = when
        yield entry


@cache
def _history_of(model):
    """Return the model of a model's history, for which simple_history makes a manager's class each time."""
    return model.history.model


def _inserts(rows) -> list[tuple[str, str]]:
    """Return an INSERT for each table that the rows belong to, with its rows as JSON.

    So the statement of a table is always the same, which the driver and the database need to read only once.
    """
    tables = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    return [(_statement(model), _as_json(model, of_table)) for model, of_table in tables.items()]


@cache
def _columns(model) -> list:
    return [f for f in model._meta.concrete_fields if not f.generated and not isinstance(f, AutoField)]


@cache
def _statement(model) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in _columns(model))
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"  # noqa: S608 - names of ours


def _as_json(model, rows: list) -> str:
    fields = _columns(model)
    stored = [{field.column: _stored(field, row) for field in fields} for row in rows]
    return json.dumps(stored, cls=DjangoJSONEncoder)


def _stored(field, row):
    value = field.get_prep_value(field.pre_save(row, add=True))
    # Whole: the encoder would cut the microseconds off, and with them a row's version.
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _execute(inserts: list[tuple[str, str]]) -> None:
    """Send several INSERTs as one statement: foreign keys among their rows are looked at when it is over."""
    *others, (last, _rows) = inserts
    parts = ", ".join(f"part_{n} AS ({sql})" for n, (sql, _rows) in enumerate(others))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, [rows for _sql, rows in inserts])


def _remember(objects) -> None:
    """Take the values as stored, which the next change is compared with."""
    for obj in objects:
        obj._state.adding, obj._state.db = False, connection.alias
        obj.remember_values()
