"""When a patient is to come again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.durations import DAYS_MAX
from homeo.base.forms import BaseForm, OnceFormMixin


class SeeAgainForm(OnceFormMixin, BaseForm):
    """In how many days the doctor sees the patient again."""

    days = forms.IntegerField(
        label=_("In how many days?"),
        min_value=1,
        max_value=DAYS_MAX,
        initial=30,
        help_text=_("The front desk calls when the day has come, unless a visit is booked."),
    )

    def service_values(self) -> dict:
        """Return the valid number as the service takes it."""
        return {"days": self.cleaned_data["days"]}
