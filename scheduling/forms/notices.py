"""Which mails about visits somebody wants."""

from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin
from scheduling.models import NoticePreference


class NoticePreferenceForm(VersionFormMixin, BaseModelForm):
    """Two kinds of mails, each on or off."""

    class Meta:
        model = NoticePreference
        fields = ("wants_changes", "wants_reminders")


class CalendarFeedForm(OnceFormMixin, BaseForm):
    """The wish for a private address; there is nothing to fill in."""
