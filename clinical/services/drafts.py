"""Drafts of notes: kept every few seconds while somebody types, without history; the saved note has both."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from clinical.models import Consultation, NoteDraft


@dataclass(frozen=True)
class Kept:
    """The answer to a draft: when it was kept, and what happened to the note elsewhere: "", CHANGED or SIGNED."""

    at: dt.datetime
    elsewhere: str


def keep_draft(
    *, actor: User, consultation_id: str, window: str, version: str, seen: str, adopted: str, fields: dict
) -> Kept | None:
    """Keep what stands in one window's form, whatever else has happened to the note; None where it is not the actor's.

    Takes two queries, one more where another draft is replaced: it is sent every few seconds.

    Args:
        window: the id of the page, by which its draft is overwritten.
        version: that of the note with which the page began.
        seen: the moment, as ISO text, up to which the page knows other windows' drafts.
        adopted: the draft out of which the page was filled, "" for none: this one takes its place.
        fields: the form's values, lists by name.
    """
    others = Max("drafts__updated_at", filter=~Q(drafts__window=window) & ~Q(drafts__id=adopted))
    row = ("status", "updated_at", "newest")
    note = _writing(actor, consultation_id).annotate(newest=others).values_list(*row).first()
    if note is None:
        note = _signed(actor, consultation_id).annotate(newest=others).values_list(*row).first()
    if note is None:
        return None
    status, updated_at, newest = note
    now = timezone.now()
    draft = NoteDraft(consultation_id=consultation_id, window=window, version=version, fields=fields, updated_at=now)
    NoteDraft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["consultation", "window"],
        update_fields=["version", "fields", "updated_at"],
    )
    if adopted:
        _unchanged_since(NoteDraft.objects.filter(consultation=consultation_id, pk=adopted), seen).delete()
    if status == Consultation.Status.COMPLETED:
        return Kept(now, "SIGNED")
    known = moment_of(seen)
    is_behind = newest is not None and (known is None or newest > known)
    return Kept(now, "CHANGED" if is_behind or updated_at.isoformat() != version else "")


def drop_drafts(*, consultation: Consultation, window: str, adopted: str, seen: str) -> None:
    """Forget the drafts that a saved note contains: the window's own, and the one out of which the page was filled."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, [consultation.pk, window, adopted, moment_of(seen)])


DROP = """
    DELETE FROM clinical_notedraft WHERE consultation_id = %s AND ("window" = %s OR (id = %s AND updated_at <= %s))
"""


def moment_of(text: str) -> dt.datetime | None:
    """Return the aware moment that an ISO text says, None where it says none."""
    try:
        moment = parse_datetime(text[:40])
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _unchanged_since(drafts, seen):
    known = moment_of(seen)
    return drafts.filter(updated_at__lte=known) if known else drafts.none()


def _writing(actor, pk):
    return Consultation.objects.being_written_by(actor).filter(pk=pk).order_by()


def _signed(actor, pk):
    own = Consultation.objects.for_user(actor).written_by(actor).of_patients_of(actor)
    return own.filter(pk=pk, status=Consultation.Status.COMPLETED).order_by()
