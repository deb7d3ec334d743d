"""The one base of our tables in the Django admin: read only unless said otherwise, without clinical text.

An edit carries the version of its row, a new row a one-time token, and a refusal of a service stands on the form.
"""

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DatabaseError, models, transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from homeo.base.admin.forms import AdminAddForm, AdminChangeForm, AdminForm
from homeo.base.admin.history import UNTOLD_FIELDS, HistoryAdmin, clinical_fields, note_patient
from homeo.base.errors import BusyError, DomainError, is_lock_timeout
from homeo.base.fields import CUID_LENGTH, EARLIEST_BIRTH, LATEST_STORED
from homeo.base.forms import TOKEN_FIELD, VERSION_FIELD
from homeo.base.models import Submission
from homeo.base.pagination import BoundedPaginator
from homeo.base.searches import keep_search, kept_search

STALE, REFUSED = 409, 422
LOOKUPS = frozenset({"exact", "id__exact", "isnull", "month", "day"})
LOOKUPS_BY_YEAR = frozenset({"gte", "lt", "year"})


class SearchableList(ChangeList):
    """A list whose search words stay out of the address."""

    def __init__(self, request, *args, **kwargs):
        self.search_text = kept_search(request, request.GET.get(SEARCH_VAR, ""))
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    @property
    def search_action(self) -> str:
        """Return where the search box is sent: this list with its filters, from the first page."""
        return self.get_query_string(remove=[SEARCH_VAR, PAGE_VAR])


class TableAdmin(HistoryAdmin):
    """One table: searched, filtered, paged, with its history; every column is shown but the clinical ones.

    - `add_fields`, `change_fields`: the columns that an admin fills in, in a new row and in a stored one; without
      them, nobody adds or changes.
    - `unshown_fields`: columns that are not shown.
    - `found(queryset, text)`: the rows that a search means; by default by `search_fields`.
    """

    add_form = AdminAddForm
    form = AdminChangeForm
    add_fields: tuple[str, ...] = ()
    change_fields: tuple[str, ...] = ()
    unshown_fields: tuple[str, ...] = ()
    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # ── Who may ─────────────────────────────────────────────────────────────
    def has_add_permission(self, request, *args):
        """Tell whether the person may add a row here."""
        return bool(self.add_fields) and super().has_add_permission(request, *args)

    def has_change_permission(self, request, obj=None):
        """Tell whether the person may change a row here."""
        return bool(self.change_fields) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Nothing is deleted."""
        return False

    # ── Which rows and columns ──────────────────────────────────────────────
    def get_queryset(self, request):
        """Return the rows, loaded with what their columns name."""
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.list_select_related) if self.list_select_related else queryset

    def get_object(self, request, object_id, from_field=None):
        """Return the row, locked while it is being saved, and note whose data the page shows."""
        if request.method == "POST" and not hasattr(request, "refusal"):
            self.model._base_manager.select_for_update(no_key=True).filter(pk=object_id).first()
        obj = super().get_object(request, object_id, from_field)
        note_patient(request, obj)
        return obj

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def shown_fields(self) -> list[str]:
        """Return the names of the columns that the pages show, what every row has at the end."""
        left_out = {"password", *self.unshown_fields, *clinical_fields(self.model)}
        names = [
            field.name
            for field in self.opts.concrete_fields
            if field.name not in left_out and not isinstance(field, models.GeneratedField)
        ]
        return sorted(names, key=lambda name: name in UNTOLD_FIELDS | {"archived_at"})

    def get_change_fields(self, request, obj) -> tuple[str, ...]:
        """Return the columns of a stored row that the person may change."""
        return self.change_fields

    def get_readonly_fields(self, request, obj=None):
        """Return the columns that are shown and not filled in."""
        if obj is None:
            return ()
        changeable = self.get_change_fields(request, obj)
        return [name for name in self.shown_fields() if name not in changeable]

    def get_fieldsets(self, request, obj=None):
        """Return the columns, and what is kept out of sight."""
        if obj is None:
            return [(None, {"fields": self.add_fields})]
        fieldsets = [(None, {"fields": self.shown_fields()})]
        if hidden := clinical_fields(self.model):
            labels = ", ".join(str(field.verbose_name) for field in self.opts.concrete_fields if field.name in hidden)
            note = _("Only those who treat the patient read this: %(fields)s.") % {"fields": labels}
            fieldsets.append((_("Clinical text"), {"fields": (), "description": note}))
        return fieldsets

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Return the form's field, without the buttons that open other tables in a window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return the form for a new row or for a stored one."""
        stored_form = self.form if self.change_fields else AdminForm
        form = super().get_form(request, obj, change, **({"form": stored_form if change else self.add_form} | kwargs))
        form.refusal = getattr(request, "refusal", None)
        return form

    def lookup_allowed(self, lookup, value, request):
        """Tell whether the address may filter by `lookup`: by what the page offers, within the bounds of dates.

        Any other lookup would answer questions about columns that are not shown, such as clinical text and passwords.
        """
        filters = self.get_list_filter(request)
        if any(lookup == choice.parameter_name for choice in filters if isinstance(choice, type)):
            return True
        names = {choice if isinstance(choice, str) else choice[0] for choice in filters if not isinstance(choice, type)}
        if self.date_hierarchy:
            names.add(self.date_hierarchy)
        kind = next((lookup.removeprefix(f"{name}__") for name in names if lookup.startswith(f"{name}__")), "")
        if kind in LOOKUPS_BY_YEAR:
            year = value[:4]
            return year.isdecimal() and EARLIEST_BIRTH.year <= int(year) < LATEST_STORED.year
        return kind in LOOKUPS

    # ── Searching ───────────────────────────────────────────────────────────
    def get_changelist(self, request, **kwargs):
        """Return the list that keeps search words out of the address."""
        return SearchableList

    def changelist_view(self, request, extra_context=None):
        """Keep the words of a search, or show the list."""
        if request.method == "POST" and SEARCH_VAR in request.POST:
            query = request.GET.copy()
            for name in (SEARCH_VAR, PAGE_VAR):
                query.pop(name, None)
            if key := keep_search(request, request.POST[SEARCH_VAR]):
                query[SEARCH_VAR] = key
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        return super().changelist_view(request, extra_context)

    def get_search_results(self, request, queryset, search_term):
        """Return the rows that the kept words mean, and that there are no doubles among them."""
        text = kept_search(request, search_term)
        return (self.found(request, queryset, text) if text else queryset), False

    def found(self, request, queryset, text: str):
        """Return the rows of `queryset` that `text` may mean."""
        return super().get_search_results(request, queryset, text)[0]

    # ── Saving ──────────────────────────────────────────────────────────────
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show the form; save what was sent once, against the version it was made from, or show why not."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if "_saveasnew" in request.POST:
            raise BadRequest("Rows are not copied.")
        try:
            return self._save(request, object_id, form_url, extra_context)
        except DomainError as error:
            request.refusal = error
        except ValidationError as error:
            request.refusal = DomainError(" ".join(error.messages))
        except DatabaseError as error:
            if not is_lock_timeout(error):
                raise
            request.refusal = BusyError()
        return self._save(request, object_id, form_url, extra_context)

    @transaction.atomic
    def _save(self, request, object_id, form_url, extra_context):
        submission = None
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            if not hasattr(request, "refusal"):
                submission, is_first = _claim(request)
                if not is_first:
                    return self._repeat(request, submission)
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse):  # the form again: nothing was changed
            transaction.set_rollback(True)
            response.status_code = STALE if _is_stale(response.context_data) else REFUSED
        elif submission:
            submission.redirect_to = response.url
            submission.save(update_fields=["redirect_to"])
        return response

    def _repeat(self, request, submission):
        if (submission.user_id, submission.path) != (request.user.pk, request.path):
            raise BadRequest("The token belongs to another form.")
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(submission.redirect_to)

    def construct_change_message(self, request, form, formsets, add=False):
        """Say nothing: the history and the audit log tell what changed."""
        return []

    def log_addition(self, request, obj, message):
        """Leave it to the audit log."""

    def log_change(self, request, obj, message):
        """Leave it to the audit log."""


@admin.register(Submission)
class SubmissionAdmin(TableAdmin):
    """One-time tokens of forms that have had their effect."""

    list_display = ("token", "user_id", "path", "created_at")
    ordering = ("-created_at",)
    # What the person was told may name a document of a patient.
    unshown_fields = ("message",)


class OfPatientAdmin(TableAdmin):
    """A table of rows that belong to a patient each, found by the patient."""

    list_select_related = ("patient__user",)
    search_fields = ("patient__user__search_name",)
    search_help_text = gettext_lazy("Name, phone or file number of the patient.")

    def found(self, request, queryset, text):
        """Return the rows of the patients that `text` may mean."""
        patients = self.model._meta.get_field("patient").related_model
        return queryset.filter(patient__in=patients.objects.found(text).order_by().values("pk"))


class ClinicalMixin:
    """A table of clinical rows: a permission of its own opens it, for `view_…` would open the pages with the text."""

    def has_view_permission(self, request, obj=None):
        """Tell whether the person may see the table without its clinical text."""
        return request.user.has_perm(f"{self.opts.app_label}.view_{self.opts.model_name}_admin")


class TableInline(admin.TabularInline):
    """Rows of another table that are part of this one."""

    form = AdminChangeForm
    extra = 0
    can_delete = False

    def get_fields(self, request, obj=None):
        """Return the columns with the row's version, which is hidden."""
        return [*self.fields, VERSION_FIELD]


class ArchivedFilter(admin.SimpleListFilter):
    """Rows in use, or put away."""

    title = gettext_lazy("archive")
    parameter_name = "archived"

    def lookups(self, request, model_admin):
        """Return the two standings."""
        return [("no", _("In use")), ("yes", _("Archived"))]

    def queryset(self, request, queryset):
        """Return the rows of the chosen standing."""
        if self.value() in {"yes", "no"}:
            return queryset.filter(archived_at__isnull=self.value() == "no")
        return queryset


def _claim(request):
    token = request.POST.get(TOKEN_FIELD, "")
    if len(token) != CUID_LENGTH:
        raise BadRequest("The form carries no token.")
    return Submission.objects.get_or_create(pk=token, defaults={"user_id": request.user.pk, "path": request.path})


def _is_stale(context) -> bool:
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += inline.formset.forms
    return any(getattr(form, "is_stale", False) for form in forms)
