"""Fields that the forms of the diary share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeo.base.fields import validate_schedule_date


class PatientChoiceField(forms.ModelChoiceField):
    """A choice of patients by name."""

    def label_from_instance(self, obj):
        """Return the name: people who choose here know the patients."""
        return obj.name


def date_field(**kwargs):
    """Return a field for a day of the diary."""
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[validate_schedule_date],
        **kwargs,
    )


class ClockField(forms.TimeField):
    """A clock time as the clinic writes it, 10:20; typed as 10.20, 1020 or 9:20 it means the same."""

    def __init__(self, **kwargs):
        widget = forms.TimeInput(attrs={"inputmode": "numeric", "placeholder": "10:20", "maxlength": 5}, format="%H:%M")
        super().__init__(widget=widget, input_formats=["%H:%M"], **kwargs)
        self.error_messages["invalid"] = _("Enter a time such as 10:20.")

    def to_python(self, value):
        """Return the time, or raise ValidationError."""
        if isinstance(value, str):
            value = value.strip().replace(".", ":")
            if value.isdecimal() and len(value) in {3, 4}:
                value = f"{value[:-2]}:{value[-2:]}"
        return super().to_python(value)
