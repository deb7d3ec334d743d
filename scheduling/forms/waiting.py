"""Forms of the waiting list."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from homeo.base.forms import BaseForm, OnceFormMixin, VersionFormMixin
from patients.models import Patient
from scheduling.forms.booking import doctors_for
from scheduling.forms.fields import ClockField, PatientChoiceField, date_field
from scheduling.models import LONGEST_VISIT, SHORTEST_VISIT, Urgency, VisitType, WaitingEntry, Weekday
from scheduling.waiting import Opening

WEEK = [*[*Weekday][1:], Weekday.SUNDAY]
USUAL_DAYS = 30


class WishForm(BaseForm):
    """What somebody waits for: the doctor, the kind of visit, days and hours, and how urgent it is.

    `entry` is what is stored, where a wish is changed.
    """

    doctor = forms.ModelChoiceField(User.objects.none(), label=_("Doctor"), required=False, empty_label=_("Any doctor"))
    visit_type = forms.ModelChoiceField(
        VisitType.objects.none(), label=_("Kind of visit"), required=False, empty_label=_("Any kind")
    )
    from_date = date_field(label=_("From"))
    until_date = date_field(label=_("Until"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        help_text=_("None ticked: any day."),
        choices=[(day.value, day.label) for day in WEEK],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_time = ClockField(label=_("Begins not before"), required=False)
    until_time = ClockField(label=_("Begins not after"), required=False)
    urgency = forms.TypedChoiceField(
        label=_("How urgent is it?"),
        choices=Urgency,
        coerce=int,
        initial=Urgency.NORMAL.value,
        widget=forms.RadioSelect,
    )
    notes = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=WaitingEntry._meta.get_field("notes").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, entry: WaitingEntry | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        doctors, kinds = doctors_for(self.user), VisitType.objects.for_user(self.user).in_use()
        if entry:
            doctors = User.objects.filter(Q(pk__in=doctors) | Q(pk=entry.doctor_id)).order_by("search_name")
            kinds = VisitType.objects.filter(Q(pk__in=kinds) | Q(pk=entry.visit_type_id))
        self.fields["doctor"].queryset = doctors
        self.fields["visit_type"].queryset = kinds
        self.fields["doctor"].label_from_instance = lambda doctor: doctor.display_name

    def clean_weekdays(self):
        """Return the days in one order, so that the same wish is stored the same: all of them are any day."""
        days = sorted(self.cleaned_data["weekdays"])
        return [] if len(days) == len(WEEK) else days

    def clean(self):
        """Ask for days and times in their order, and for days that are still to come."""
        data = super().clean()
        first, last = data.get("from_date"), data.get("until_date")
        if first and last and last < first:
            self.add_error("until_date", _("The last day cannot come before the first."))
        elif last and last < timezone.localdate():
            self.add_error("until_date", _("This day has passed."))
        start, end = data.get("from_time"), data.get("until_time")
        if start and end and end <= start:
            self.add_error("until_time", _("The time must end after it begins."))
        return data

    def wish(self) -> dict:
        """Return the fields of the entry."""
        return {name: self.cleaned_data[name] for name in WishForm.base_fields if name in self.cleaned_data}

    @staticmethod
    def usual_dates() -> dict:
        """Return the days with which a new wish starts."""
        today = timezone.localdate()
        return {"from_date": today, "until_date": today + dt.timedelta(days=USUAL_DAYS)}


class WaitingEntryCreateForm(OnceFormMixin, WishForm):
    """A new wish, for a patient that the front desk has chosen."""


class OwnWaitingEntryCreateForm(OnceFormMixin, WishForm):
    """A new wish of a patient, also for somebody whom the person looks after; how urgent it is, says the clinic."""

    patient = PatientChoiceField(Patient.objects.none(), label=_("For whom?"), empty_label=None)

    field_order = ["patient"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["urgency"]
        patients = Patient.objects.for_user(self.user).active().with_account().by_name()
        self.fields["patient"].queryset = patients
        if len(patients) == 1:
            self.fields["patient"].widget = forms.HiddenInput()
        if self.initial.get("patient") not in {patient.pk for patient in patients}:
            self.initial["patient"] = patients[0].pk if patients else None


class WaitingEntryUpdateForm(VersionFormMixin, WishForm):
    """A wish that is changed."""

    def _show(self, name, value):
        # What was typed comes as text, what is stored as numbers.
        if name == "weekdays":
            days = set(map(str, value or ()))
            return ", ".join(str(day.label) for day in WEEK if str(day.value) in days) or _("any day")
        if name == "urgency":
            return {str(choice.value): choice.label for choice in Urgency}.get(str(value), value)
        return super()._show(name, f"{value:%H:%M}" if isinstance(value, dt.time) else value)


class OpeningForm(BaseForm):
    """A time of a doctor that became free."""

    doctor = forms.ModelChoiceField(User.objects.none())
    date = date_field()
    time = ClockField()
    minutes = forms.IntegerField(min_value=SHORTEST_VISIT, max_value=LONGEST_VISIT)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors_for(self.user)

    def opening(self) -> Opening:
        """Return the time."""
        data = self.cleaned_data
        return Opening(data["doctor"], data["date"], data["time"], data["minutes"])


class OfferCreateForm(OnceFormMixin, BaseForm):
    """To whom, of `matching` entries, a time that became free is offered."""

    entries = forms.ModelMultipleChoiceField(
        WaitingEntry.objects.none(),
        error_messages={
            "required": _("Choose at least one person."),
            "invalid_choice": _("Somebody whom you chose does not wait for this time any more. Please look again."),
        },
    )

    def __init__(self, *args, matching, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entries"].queryset = matching
