"""Templates of prescriptions in the Django admin: the doctors' own, to be seen only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinical.models import PrescriptionTemplate, TemplateItem
from homeo.base.admin import ArchivedFilter, TableAdmin


@admin.register(PrescriptionTemplate)
class PrescriptionTemplateAdmin(TableAdmin):
    """Names of templates, and whose they are."""

    list_display = ("name", "doctor", "created_at", "archived_at")
    list_filter = (ArchivedFilter, "doctor")
    list_select_related = ("doctor",)
    ordering = ("name",)
    search_fields = ("name", "doctor__search_name")
    search_help_text = _("Name of the template or of the doctor.")


@admin.register(TemplateItem)
class TemplateItemAdmin(TableAdmin):
    """Lines of templates."""

    list_display = ("template", "position", "medicine_name", "potency", "form", "duration")
    list_select_related = ("template",)
    ordering = ("template__name", "position")
    search_fields = ("template__name", "medicine_name")
    search_help_text = _("Name of the template or of the remedy.")
