"""Which mails about visits somebody wants."""

from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin
from scheduling.models import NoticePreference


class NoticePreferenceForm(VersionFormMixin, BaseModelForm):
    """The kinds of mails, each on or off."""

    class Meta:
        model = NoticePreference
        fields = ("wants_booked", "wants_moved", "wants_cancelled", "wants_reminders")


class CalendarFeedForm(OnceFormMixin, BaseForm):
    """The wish for a private address; there is nothing to fill in."""
