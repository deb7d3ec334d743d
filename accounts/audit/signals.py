"""What feeds the audit log: the history of every row, and sign-in."""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from simple_history.signals import post_create_historical_record

from accounts.audit.entries import entry, entry_of_change
from accounts.models import AuditLog

ACTIONS = {"+": AuditLog.Action.CREATE, "~": AuditLog.Action.UPDATE, "-": AuditLog.Action.DELETE}


def connect() -> None:
    """Connect the receivers, once."""
    post_create_historical_record.connect(record_change, dispatch_uid="audit_change")
    user_logged_in.connect(record_sign_in, dispatch_uid="audit_sign_in")
    user_logged_out.connect(record_sign_out, dispatch_uid="audit_sign_out")
    user_login_failed.connect(record_failed_sign_in, dispatch_uid="audit_sign_in_failed")


def record_change(sender, instance, history_instance, history_user, **kwargs) -> None:
    """Write the entry of a saved row, against the values that the row was loaded with."""
    kind = history_instance.history_type
    entry_of_change(instance, action=ACTIONS[kind], user=history_user, is_new=kind == "+").save(force_insert=True)
    instance.remember_values()


def record_sign_in(sender, request, user, **kwargs) -> None:
    """Write that somebody signed in."""
    entry(action=AuditLog.Action.SIGN_IN, entity="User", entity_id=user.pk, user=user, request=request).save(
        force_insert=True
    )


def record_sign_out(sender, request, user, **kwargs) -> None:
    """Write that somebody signed out."""
    if user is not None:
        entry(action=AuditLog.Action.SIGN_OUT, entity="User", entity_id=user.pk, user=user, request=request).save(
            force_insert=True
        )


def record_failed_sign_in(sender, credentials, request=None, **kwargs) -> None:
    """Write that a sign-in failed, with the address that was typed."""
    typed = str(credentials.get("email") or credentials.get("username") or "")[:254]
    entry(
        action=AuditLog.Action.SIGN_IN_FAILED,
        entity="User",
        entity_id="",
        changes={"email": typed},
        request=request,
    ).save(force_insert=True)
