"""Forms of certificates and referral letters."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.models import Letter
from homeo.base.fields import validate_schedule_date
from homeo.base.forms import BaseForm, OnceFormMixin


class CertificateForm(OnceFormMixin, BaseForm):
    """What a medical certificate certifies, and for which days."""

    KINDS = (Letter.Kind.VISIT, Letter.Kind.UNFIT, Letter.Kind.FIT)

    kind = forms.ChoiceField(
        label=_("What for"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        initial=Letter.Kind.VISIT,
        widget=forms.RadioSelect,
    )
    from_date = forms.DateField(
        label=_("Day, or first day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[validate_schedule_date],
    )
    until_date = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[validate_schedule_date],
        help_text=_("For a certificate of illness only."),
    )
    text = forms.CharField(
        label=_("Remarks"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Printed below the certificate. Leave the diagnosis out unless the patient wants it there."),
    )

    def clean(self):
        """Ask for the days that the kind needs."""
        data = super().clean()
        kind, first, last = data.get("kind"), data.get("from_date"), data.get("until_date")
        if "until_date" in self.errors or first is None:
            return data
        if kind == Letter.Kind.UNFIT and last is None:
            self.add_error("until_date", _("Say until when, or give a new certificate then."))
        elif kind != Letter.Kind.UNFIT and last is not None:
            self.add_error("until_date", _("Only a certificate of illness has a last day: leave this empty."))
        elif last is not None and last < first:
            self.add_error("until_date", _("The last day is before the first."))
        if kind == Letter.Kind.VISIT and first > timezone.localdate():
            self.add_error("from_date", _("A visit is certified once it has taken place."))
        return data


class ReferralForm(OnceFormMixin, BaseForm):
    """A letter to a colleague or a hospital."""

    addressee = forms.CharField(
        label=_("To"),
        max_length=Letter._meta.get_field("addressee").max_length,
        widget=forms.Textarea({"rows": 3, "placeholder": _("Name, department, hospital, town")}),
    )
    text = forms.CharField(
        label=_("Letter"),
        max_length=Letter._meta.get_field("text").max_length,
        widget=forms.Textarea({"rows": 14}),
        help_text=_("Patient, date, your name and licence number are printed around it."),
    )
