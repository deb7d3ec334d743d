"""The catalogue of remedies in the Django admin: the clinic's own, to be added to and corrected."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinical.models import Remedy, RemedyRelation
from homeo.base.admin import TableAdmin


class PlaceboFilter(admin.SimpleListFilter):
    """Medicines, or placebos."""

    title = _("kind")
    parameter_name = "placebo"

    def lookups(self, request, model_admin):
        """Return the two kinds."""
        return [("no", _("Medicine")), ("yes", _("Placebo"))]

    def queryset(self, request, queryset):
        """Return the rows of the chosen kind."""
        match self.value():
            case "yes":
                return queryset.exclude(code="")
            case "no":
                return queryset.filter(code="")
        return queryset


@admin.register(Remedy)
class RemedyAdmin(TableAdmin):
    """Remedies; one that is not offered any more stays on the prescriptions that have it."""

    add_fields = change_fields = ("abbreviation", "name", "common_name", "days_of_action", "code", "is_active")
    list_display = ("abbreviation", "name", "common_name", "days_of_action", "code", "is_active")
    list_filter = ("is_active", PlaceboFilter)
    ordering = ("name",)
    search_fields = ("abbreviation", "name", "common_name")
    search_help_text = _("Abbreviation, or any part of a name.")

    def found(self, request, queryset, text):
        """Return the rows that the picker of a prescription would find."""
        return queryset.search(text)


@admin.register(RemedyRelation)
class RemedyRelationAdmin(TableAdmin):
    """Relations of remedies; one that the clinic does not hold with is taken out of use."""

    add_fields = ("remedy", "kind", "other", "is_active")
    change_fields = ("kind", "is_active")
    list_display = ("remedy", "kind", "other", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("remedy", "other")
    ordering = ("remedy__name", "kind", "other__name")
    search_fields = ("remedy__abbreviation", "remedy__name", "other__abbreviation", "other__name")
    search_help_text = _("Abbreviation, or any part of the name, of either remedy.")
