"""Forms of the Django admin: a new row once, a stored one against the version that was seen."""

from django.utils.translation import gettext as _

from homeo.base.forms import VERSION_FIELD, BaseModelForm, OnceFormMixin, VersionFormMixin


class AdminForm(BaseModelForm):
    """A form of the admin; `refusal` is the domain error of a save that was tried with it."""

    refusal = None

    def clean(self):
        """Show why the save was refused."""
        cleaned = super().clean()
        if self.refusal:
            self.add_domain_error(self.refusal)
        return cleaned


class AdminAddForm(OnceFormMixin, AdminForm):
    """A form that makes a row, once."""


class AdminChangeForm(VersionFormMixin, AdminForm):
    """A form that changes a row, in an inline also makes one; `is_stale` if somebody else has changed it meanwhile."""

    is_stale = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields[VERSION_FIELD].required = False
        else:
            self.initial[VERSION_FIELD] = self.instance.version

    def clean(self):
        """Refuse a stale save, and let the next one from the same page count as current."""
        cleaned = super().clean()
        key = self.add_prefix(VERSION_FIELD)
        if not self.instance._state.adding and self.data.get(key) != self.instance.version:
            self.is_stale = True
            self.add_error(None, self._stale_message())
            self.data = self.data.copy()
            self.data[key] = self.instance.version
        return cleaned

    def _stale_message(self):
        stored = "; ".join(f"{item['label']}: {item['stored']}" for item in self.differences(self.instance))
        changed = _("Somebody has changed this since you opened it.")
        again = _("Save again to put what you typed in its place.")
        return f"{changed} {_('Stored now')}: {stored}. {again}" if stored else f"{changed} {again}"
