"""Forms of the board: a visit that is pulled to another place, or longer."""

from django import forms

from accounts.models import User
from homeo.base.errors import DomainError
from homeo.base.forms import BaseForm, OnceFormMixin, VersionFormMixin
from scheduling.forms.booking import doctors_for
from scheduling.forms.fields import ClockField, date_field
from scheduling.models import LONGEST_VISIT, SHORTEST_VISIT


class AppointmentPlaceBackForm(OnceFormMixin, VersionFormMixin, BaseForm):
    """Back to where it was."""

    refusal: DomainError | None = None

    def add_domain_error(self, error) -> None:
        """Keep the refusal: it is told beside the board."""
        self.refusal = error
        super().add_domain_error(error)


class AppointmentPlaceForm(AppointmentPlaceBackForm):
    """Another doctor, day or time; `minutes` where the length changes."""

    doctor = forms.ModelChoiceField(User.objects.none())
    date = date_field()
    time = ClockField()
    minutes = forms.IntegerField(required=False, min_value=SHORTEST_VISIT, max_value=LONGEST_VISIT)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors_for(self.user).select_related("doctor")
