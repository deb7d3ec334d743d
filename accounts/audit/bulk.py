"""The only bulk writes that audited tables allow: each leaves a history row and an audit entry for every row."""

from django.db import transaction
from django.utils import timezone

from accounts.audit.entries import entry_of_change
from accounts.models import AuditLog

BATCH = 500


@transaction.atomic
def create(objects: list, *, actor=None) -> list:
    """Insert rows of one model, with their history and audit entries; validation is the caller's.

    A row that was made earlier, or by somebody else, says so as its history wants it: `_history_date`, `_history_user`.
    """
    return _write(objects, actor=actor, is_new=True)


@transaction.atomic
def update(queryset, *, actor=None, **values) -> int:
    """Set `values` on every row of `queryset`, which is locked meanwhile; return how many rows there were."""
    objects = list(queryset.select_for_update(of=("self",)))
    for obj in objects:
        for name, value in values.items():
            setattr(obj, name, value)
        obj.updated_at = timezone.now()
    _write(objects, actor=actor, is_new=False, fields=[*values, "updated_at"])
    return len(objects)


def _write(objects, *, actor, is_new, fields=None):
    if not objects:
        return objects
    model = type(objects[0])
    if is_new:
        model._base_manager.bulk_create(objects, batch_size=BATCH)
    else:
        model._base_manager.bulk_update(objects, fields, batch_size=BATCH)
    model.history.bulk_history_create(objects, batch_size=BATCH, update=not is_new, default_user=actor)
    action = AuditLog.Action.CREATE if is_new else AuditLog.Action.UPDATE
    entries = []
    for obj in objects:
        entry = entry_of_change(obj, action=action, user=getattr(obj, "_history_user", actor), is_new=is_new)
        entry.created_at = getattr(obj, "_history_date", entry.created_at)
        entries.append(entry)
    AuditLog._base_manager.bulk_create(entries, batch_size=BATCH)
    for obj in objects:
        obj.remember_values()
    return objects
