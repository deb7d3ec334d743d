"""The one base of our forms: the person, bounds, one-time tokens, versions."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from homeo.base.fields import CUID_LENGTH, TEXT_MAX_LENGTH, new_id

TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
VERSION_FIELD = "version"


class BaseFormMixin:
    """Know who fills the form in (`self.user`), and bound every text."""

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and field.max_length is None:
                field.max_length = TEXT_MAX_LENGTH
                field.validators.append(forms.fields.validators.MaxLengthValidator(TEXT_MAX_LENGTH))

    def add_domain_error(self, error) -> None:
        """Show a refusal of a service beside its field, or above the form."""
        field = error.field if error.field in self.fields else None
        self.add_error(field or NON_FIELD_ERRORS, error.message)


class BaseForm(BaseFormMixin, forms.Form):
    """A form of ours."""


class BaseModelForm(BaseFormMixin, forms.ModelForm):
    """A form of ours over one row."""


class SharedFields(dict):
    """The fields of a kind of form, which are not copied for each form."""

    def __deepcopy__(self, memo):
        return self.copy()


def share_fields(form_class):
    """Let all forms of a class have the same fields: for rows, of which there are many, and which change none."""
    form_class.base_fields = SharedFields(form_class.base_fields)
    return form_class


class OnceFormMixin(forms.Form):
    """Carry a one-time token: the form sent many times has one effect."""

    form_token = forms.CharField(
        widget=forms.HiddenInput,
        min_length=CUID_LENGTH,
        max_length=CUID_LENGTH,
        initial=new_id,
        required=True,
    )


class VersionFormMixin(forms.Form):
    """Carry the version of the row that was edited: a stale save is shown, not taken."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=40, required=True)

    def differences(self, stored) -> list[dict]:
        """Return what was typed beside what `stored` holds, a row for each field that differs."""
        return [
            {
                "label": field.label,
                "typed": self._show(name, field.value()),
                "stored": self._show(name, stored_value),
            }
            for name, field, stored_value in self._visible(stored)
            if _one_line_end(self._clean_value(name, field)) != _one_line_end(stored_value)
        ]

    def _visible(self, stored):
        for name in self.fields:
            if name not in {VERSION_FIELD, TOKEN_FIELD} and hasattr(stored, name):
                yield name, self[name], self._stored_value(stored, name)

    def _stored_value(self, stored, name):
        field = stored._meta.get_field(name)
        return getattr(stored, field.attname)

    def _clean_value(self, name, bound):
        value = self.cleaned_data.get(name, bound.value()) if hasattr(self, "cleaned_data") else bound.value()
        return getattr(value, "pk", value)

    def _show(self, name, value):
        choices = dict(getattr(self.fields[name], "choices", None) or ())
        return choices.get(value, value) if value not in (None, "") else _("empty")


def _one_line_end(value):
    """Return a text with its line ends as they are stored elsewhere: browsers send two characters for one."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
