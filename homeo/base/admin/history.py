"""The history of a row in the Django admin, read only and without clinical text."""

import dataclasses

from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from homeo.base.views.access import shows_patient

UNTOLD_FIELDS = frozenset({"id", "created_at", "updated_at"})


class HiddenTextHelper(HistoricalRecordContextHelper):
    """Tell the changes of a history without clinical text."""

    def context_for_delta_changes(self, delta):
        """Return the changes as `field`, `old` and `new`; of a clinical field only that it changed (`is_hidden`)."""
        told = [change for change in delta.changes if change.field not in self.model.clinical_fields | UNTOLD_FIELDS]
        hidden = [change.field for change in delta.changes if change.field in self.model.clinical_fields]
        return super().context_for_delta_changes(dataclasses.replace(delta, changes=told)) + [
            {"field": _label(self.model, name), "is_hidden": True} for name in hidden
        ]

    def prepare_delta_change_value(self, change, value):
        """Return a choice in words."""
        choices = dict(self.model._meta.get_field(change.field).flatchoices)
        return choices.get(value, value)


class HistoryAdmin(SimpleHistoryAdmin):
    """Show who changed a row, when and what, and the row as it stood; `shown_fields()` names its columns."""

    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_list.html"
    history_list_per_page = 50

    def shown_fields(self) -> list[str]:
        """Return the names of the columns that the pages show."""
        raise NotImplementedError

    def history_view(self, request, object_id, extra_context=None):
        """Show who changed the row, when and what, where the table keeps a history."""
        if not hasattr(self.model, "history"):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def get_historical_record_context_helper(self, request, historical_record):
        """Return the helper that leaves clinical text out."""
        return HiddenTextHelper(self.model, historical_record)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """Show the row as it stood once; nothing is turned back."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not hasattr(self.model, "history") or not version_id.isdecimal():
            raise Http404
        rows = self.model.history.select_related("history_user")
        record = get_object_or_404(rows, pk=version_id, **{self.opts.pk.attname: object_id})
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": _("As it was"), "object_id": object_id, "record": record, "facts": self._facts(record)}
        return self.render_history_view(request, "admin/history_detail.html", context | (extra_context or {}))

    def _facts(self, record):
        kept = {field.name for field in record._meta.concrete_fields}
        for name in self.shown_fields():
            if name in kept:
                field = self.opts.get_field(name)
                yield capfirst(field.verbose_name), display_for_field(_value(record, field), field, "–")

    def render_history_view(self, request, template, context, **kwargs):
        """Show a page of the history, and note whose data it shows."""
        note_patient(request, context.get("object") or context["record"].instance)
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return TemplateResponse(request, template, context)


def clinical_fields(model) -> frozenset[str]:
    """Return the names of a model's columns with clinical text."""
    return getattr(model, "clinical_fields", frozenset())


def note_patient(request, obj) -> None:
    """Note for the audit log that a page shows a row of a patient."""
    if patient_id := getattr(obj, "audit_patient_id", None):
        shows_patient(request, patient_id)


def _label(model, name) -> str:
    return capfirst(model._meta.get_field(name).verbose_name)


def _value(record, field):
    try:
        return getattr(record, field.name)
    except ObjectDoesNotExist:
        return getattr(record, field.attname)
