"""How an entry of the audit log is made."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db.models import GeneratedField
from simple_history.models import HistoricalRecords

from accounts.models import AuditLog

UNTOLD_FIELDS = frozenset({"id", "created_at", "updated_at", "password", "key", "screen_key", "check_code"})


def current_request():
    """Return the request that is being answered, or None outside of one."""
    return getattr(HistoricalRecords.context, "request", None)


def origin(request) -> dict[str, str]:
    """Return where a request came from, as columns of an entry."""
    if request is None:
        return {}
    if not hasattr(request, "origin"):
        request.origin = {
            "ip_address": client_address(request),
            "user_agent": request.headers.get("User-Agent", "").replace("\0", "")[:300],
        }
    return request.origin


def client_address(request) -> str:
    """Return the IP address of the client, past the proxies that the deployment trusts; "" where it has none."""
    try:
        return get_adapter().get_client_ip(request)[:45]
    except PermissionDenied:
        # How allauth says that the request came over something without addresses, such as a local socket.
        return ""


def changes_of(instance, *, is_new: bool) -> dict[str, dict]:
    """Return the fields that differ from what was loaded, each with old and new; clinical ones without their text."""
    loaded = {} if is_new else getattr(instance, "loaded_values", {})
    changes = {}
    for field in instance._meta.concrete_fields:
        name = field.attname
        if field.name in UNTOLD_FIELDS or isinstance(field, GeneratedField) or name not in instance.__dict__:
            continue
        new = instance.__dict__[name]
        old = loaded.get(name)
        if new == old or (is_new and new in (None, "")):
            continue
        if field.name in instance.clinical_fields:
            changes[field.name] = {"hidden": True}
        else:
            changes[field.name] = {"old": _plain(field, old), "new": _plain(field, new)}
    return changes


def _plain(field, value):
    return value if value is None else field.get_prep_value(value)


def entry(*, action: str, entity: str, entity_id: str, user=None, patient_id: str = "", changes=None, request=None):
    """Return an unsaved entry of the audit log, with the origin of `request`."""
    return AuditLog(
        user_id=getattr(user, "pk", None),
        action=action,
        entity=entity,
        entity_id=entity_id,
        patient_id=patient_id or "",
        changes=changes,
        **origin(request),
    )


def entry_of_change(instance, *, action: str, user, is_new: bool):
    """Return an unsaved entry for a row that was created, changed or deleted."""
    return entry(
        action=action,
        entity=instance._meta.object_name,
        entity_id=instance.pk,
        user=user,
        patient_id=getattr(instance, "audit_patient_id", ""),
        changes=changes_of(instance, is_new=is_new),
        request=current_request(),
    )
