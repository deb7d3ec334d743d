"""Entries of the audit log in words: who, what, whose, and which values changed."""

from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditLog, User
from homeo.base.templatetags.homeo import clock, moment
from homeo.base.templatetags.homeo import day as written_day
from patients.models import Patient

EMPTY = "–"
PAPER = frozenset({"print", "labels"})
"""How the names of pages end that are printed."""

WRITERS = {
    models.BooleanField: lambda value: _("Yes") if value else _("No"),
    models.DateTimeField: moment,
    models.DateField: written_day,
    models.TimeField: clock,
}
"""How the values of a column are written."""


@dataclass(frozen=True)
class Change:
    """One field that changed; of a clinical one (`is_hidden`) only its name is told."""

    label: str
    old: str = ""
    new: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Line:
    """An entry as it is read."""

    entry: AuditLog
    subject: str
    url: str = ""
    patient: Patient | None = None
    detail: str = ""
    changes: list[Change] = field(default_factory=list)


def lines(entries) -> list[Line]:
    """Return entries in words; two queries, for the patients and the people that they name."""
    entries = list(entries)
    patients = Patient.objects.with_account().in_bulk(
        {entry.patient_id for entry in entries} | _named(entries, Patient) - {""}
    )
    people = User.objects.in_bulk(_named(entries, User))
    names = {Patient: patients, User: people}
    return [_line(entry, names) for entry in entries]


def kind_of(entity: str) -> str:
    """Return the kind of row in words."""
    model = _models().get(entity)
    return capfirst(model._meta.verbose_name) if model else entity


def page_subject(view_name: str) -> str:
    """Return what a page shows in words, by its name: "clinical:consultation_detail" is a consultation.

    Paper says that it is: "clinical:prescription_print" is a prescription that was printed.
    """
    namespace, _colon, name = view_name.rpartition(":")
    words = name.split("_")
    label, word = (words[0], words[1]) if namespace == "admin" and len(words) > 1 else (namespace, words[0])
    try:
        subject = capfirst(apps.get_model(label, word)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""
    return _("%(subject)s, printed") % {"subject": subject} if words[-1] in PAPER else subject


def told_changes(entry: AuditLog) -> dict:
    """Return the changed fields of an entry: those of a page or of a sign-in are no changes."""
    is_change = entry.action in {AuditLog.Action.CREATE, AuditLog.Action.UPDATE, AuditLog.Action.DELETE}
    return (entry.changes or {}) if is_change else {}


@cache
def _models():
    return {model._meta.object_name: model for model in apps.get_models() if hasattr(model, "history")}


def _field(entry, name):
    model = _models().get(entry.entity)
    try:
        return model._meta.get_field(name) if model else None
    except models.FieldDoesNotExist:
        return None


def _named(entries, model) -> set[str]:
    """Return the ids of rows of `model` that the changes of `entries` name."""
    return {
        value
        for entry in entries
        for name, change in told_changes(entry).items()
        if (found := _field(entry, name)) is not None and found.related_model is model
        for value in (change.get("old"), change.get("new"))
        if value
    }


def _line(entry, names) -> Line:
    changes = entry.changes or {}
    return Line(
        entry=entry,
        subject=kind_of(entry.entity),
        url=_url(entry),
        patient=names[Patient].get(entry.patient_id),
        detail=page_subject(changes["page"]) if "page" in changes else changes.get("email", ""),
        changes=[_change(entry, name, change, names) for name, change in told_changes(entry).items()],
    )


def _url(entry) -> str:
    model = _models().get(entry.entity)
    if not entry.entity_id or model not in admin.site._registry:
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[entry.entity_id])


def _change(entry, name, change, names) -> Change:
    found = _field(entry, name)
    label = capfirst(found.verbose_name) if found is not None else name
    if change.get("hidden"):
        return Change(label, is_hidden=True)
    old, new = (_written(found, change.get(side), names) for side in ("old", "new"))
    return Change(label, old, new)


def _written(found, value, names) -> str:
    if value in (None, ""):
        return EMPTY
    if found is None:
        return str(value)
    if found.related_model in names:
        value = names[found.related_model].get(value, value)
    elif found.choices:
        value = dict(found.flatchoices).get(value, value)
    elif write := WRITERS.get(type(found)):
        value = write(found.to_python(value))
    return str(value)
