"""Changes of hours in the Django admin: visits that they leave out are named before anything is saved."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from homeo.base.admin import AdminAddForm, AdminChangeForm, TableAdmin
from homeo.base.templatetags.homeo import clock, day
from homeo.base.views.access import shows_patient
from scheduling.services import VisitsOutsideError


class KeepOutsideMixin(forms.Form):
    """A form with the word that visits outside the new hours are known."""

    keep_outside = forms.BooleanField(
        label=gettext_lazy("Keep visits outside the hours"),
        required=False,
        help_text=gettext_lazy("Visits that are booked outside the new hours stay as they are."),
    )

    def add_domain_error(self, error) -> None:
        """Name the visits that are left out."""
        super().add_domain_error(error)
        if isinstance(error, VisitsOutsideError):
            for line in lines_of(error):
                self.add_error("keep_outside", line)


class StrandingAddForm(KeepOutsideMixin, AdminAddForm):
    """A new row that changes hours."""


class StrandingChangeForm(KeepOutsideMixin, AdminChangeForm):
    """A stored row that changes hours."""


class StrandingAdmin(TableAdmin):
    """A table whose rows decide when visits can be booked."""

    add_form = StrandingAddForm
    form = StrandingChangeForm

    def get_fieldsets(self, request, obj=None):
        """Add the word about visits outside the hours, where there may be some."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            fieldsets.append((_("Booked visits"), {"fields": ("keep_outside",)}))
        return fieldsets

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Note whose visits the form is going to name."""
        refusal = getattr(request, "refusal", None)
        if isinstance(refusal, VisitsOutsideError):
            for visit, _slot in refusal.shown:
                shows_patient(request, visit.patient_id)
        return super().get_form(request, obj, change, **kwargs)


def lines_of(error: VisitsOutsideError) -> list[str]:
    """Return a line for each visit that is left out, as far as they are shown, and how many there are besides."""
    lines = [
        _("%(day)s, %(time)s: %(patient)s with %(doctor)s")
        % {
            "day": day(visit.appointment_date),
            "time": clock(visit.appointment_time),
            "patient": visit.patient.name,
            "doctor": visit.doctor.display_name,
        }
        for visit, _slot in error.shown
    ]
    if error.more:
        lines.append(ngettext("And %(count)d more.", "And %(count)d more.", error.more) % {"count": error.more})
    return lines
