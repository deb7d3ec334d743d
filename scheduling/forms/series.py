"""Forms of visits that recur: the rule, what becomes of each date, what a change is about."""

import datetime as dt
import hashlib

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from homeo.base.errors import DomainError
from homeo.base.fields import CUID_LENGTH
from homeo.base.forms import BaseForm, OnceFormMixin
from scheduling.errors import SeriesRefusedError
from scheduling.forms.booking import NOTES_MAX_LENGTH, KindChoiceField, doctors_for, kinds_for
from scheduling.forms.fields import ClockField, date_field
from scheduling.models import LONGEST_INTERVAL, LONGEST_SERIES, Appointment
from scheduling.planning import Wish
from scheduling.recurrence import Pattern, is_last_of_month, repeat
from scheduling.services import Scope
from scheduling.services.series import SHORTEST_SERIES
from scheduling.slots import parse_slot_key

KEY_MAX_LENGTH = len("2026-11-24T10:20-") + CUID_LENGTH
COUNT_MESSAGE = _("A series has %(least)d to %(most)d visits.") % {"least": SHORTEST_SERIES, "most": LONGEST_SERIES}
EVERY_MESSAGE = _("Enter a number from 1 to %(most)d.") % {"most": LONGEST_INTERVAL}
PATTERNS = [
    (Pattern.WEEKLY, _("Weekly, on that weekday")),
    (Pattern.MONTHLY, _("Monthly, on the same weekday (such as the second Tuesday)")),
    (Pattern.MONTHLY_LAST, _("Monthly, on the last such weekday")),
]


def _number_field(least: int, most: int, message, **kwargs):
    field = forms.IntegerField(
        widget=forms.NumberInput(attrs={"min": least, "max": most, "inputmode": "numeric"}),
        validators=[MinValueValidator(least, message), MaxValueValidator(most, message)],
        **kwargs,
    )
    field.error_messages["invalid"] = message
    return field


class SeriesForm(BaseForm):
    """The rule of a series: with whom, from when, how often and how many times."""

    visit_type = KindChoiceField(label=_("Kind of visit"), required=False)
    doctor = forms.ModelChoiceField(User.objects.none(), label=_("Doctor"), empty_label=_("Choose a doctor"))
    date = date_field(label=_("First visit"))
    time = ClockField(label=_("Time"))
    pattern = forms.ChoiceField(label=_("Repeats"), choices=PATTERNS)
    every = _number_field(
        1, LONGEST_INTERVAL, EVERY_MESSAGE, label=_("Every"), help_text=_("1 is every week or month, 2 every second.")
    )
    count = _number_field(SHORTEST_SERIES, LONGEST_SERIES, COUNT_MESSAGE, label=_("How many visits"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors_for(self.user).select_related("doctor")
        kinds = {kind.pk: kind for kind in kinds_for(self.user)}
        self.fields["visit_type"].offer(kinds, empty_label=_("The doctor’s usual length"))

    def clean(self):
        """Ask for a first visit that the pattern can begin with."""
        data = super().clean()
        day = data.get("date")
        if day and data.get("pattern") == Pattern.MONTHLY_LAST and not is_last_of_month(day):
            self.add_error("date", _("Choose the last such weekday of a month, or another pattern."))
        return data

    def dates(self) -> list[dt.date]:
        """Return the dates of the series."""
        data = self.cleaned_data
        return repeat(data["date"], Pattern(data["pattern"]), every=data["every"], count=data["count"])


class SeriesMoveForm(BaseForm):
    """Where visits of a series go: as many days on as this one, at one time, with one doctor."""

    scope = forms.ChoiceField(label=_("Which visits?"), choices=Scope, widget=forms.RadioSelect)
    doctor = forms.ModelChoiceField(User.objects.none(), label=_("Doctor"), empty_label=_("Choose a doctor"))
    date = date_field(label=_("New day of this visit"), help_text=_("The others move by as many days."))
    time = ClockField(label=_("New time"))

    def __init__(self, *args, visit: Appointment, **kwargs):
        super().__init__(*args, **kwargs)
        self.visit = visit
        self.fields["doctor"].queryset = doctors_for(self.user).select_related("doctor")

    def clean(self):
        """Ask for something that changes."""
        data = super().clean()
        now = (self.visit.doctor_id, self.visit.appointment_date, self.visit.appointment_time)
        if not self.errors and (data["doctor"].pk, data["date"], data["time"]) == now:
            self.add_error(None, _("This is where the visit is now. Choose another day, time or doctor."))
        return data


class ChoicesForm(OnceFormMixin, BaseForm):
    """What becomes of each wish, as the fields take_0, take_1 and so on: "keep", "leave" or a slot's key.

    Once it is cleaned, `chosen` holds a (day, time) for each wish, None for one that is left out. A form that was
    made for other wishes is refused and starts anew: `chosen` is None.
    """

    KEEP, LEAVE = "keep", "leave"

    dates = forms.CharField(widget=forms.HiddenInput, max_length=64)

    refusals: dict[int, DomainError] = {}
    chosen: list | None = None

    def __init__(self, *args, wishes: list[Wish], doctor: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.wishes, self.doctor = wishes, doctor
        known = "".join(f"{wish.visit.version if wish.visit else ''}{wish.asked}" for wish in wishes)
        self.initial["dates"] = self.fingerprint = hashlib.sha256(known.encode()).hexdigest()
        for n in range(len(wishes)):
            self.fields[f"take_{n}"] = forms.CharField(
                max_length=KEY_MAX_LENGTH, error_messages={"required": _("Say what becomes of this date.")}
            )

    def clean(self):
        """Read the choices."""
        data = super().clean()
        if data.get("dates") != self.fingerprint:
            self.errors.clear()
            self.add_error(None, _("The visits have changed since you opened this page. Please look at them again."))
            self.data = self.data.copy()
            self.data["dates"] = self.fingerprint
            return data
        self.chosen = [self._time_of(n, wish) for n, wish in enumerate(self.wishes)]
        return data

    def _time_of(self, n: int, wish: Wish):
        take = self.cleaned_data.get(f"take_{n}", self.LEAVE)
        if take in {self.KEEP, self.LEAVE}:
            return wish.asked if take == self.KEEP else None
        slot = parse_slot_key(take)
        if slot is None or slot[2] != self.doctor.pk:
            self.add_error(f"take_{n}", _("Choose one of the free times."))
            return None
        return slot[:2]

    def add_domain_error(self, error) -> None:
        """Keep what was refused, for the rows; the places count those that were not left out."""
        if isinstance(error, SeriesRefusedError):
            self.refusals = error.refusals
        super().add_domain_error(error)


class SeriesBookForm(ChoicesForm):
    """The choices of a new series, with a note that each visit carries."""

    notes = forms.CharField(
        label=_("Reason, as the patient says it"),
        help_text=_("Each of the visits carries it."),
        required=False,
        max_length=NOTES_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SeriesCancelForm(OnceFormMixin, BaseForm):
    """Which visits of a series are called off, and why; `numbers` says how many each scope reaches."""

    scope = forms.ChoiceField(label=_("Which visits?"), choices=Scope, widget=forms.RadioSelect)
    cancel_reason = forms.CharField(
        label=_("Why are they cancelled?"), max_length=Appointment._meta.get_field("cancel_reason").max_length
    )
    expected = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def __init__(self, *args, numbers: dict[str, int], **kwargs):
        super().__init__(*args, **kwargs)
        self.numbers = numbers
        self.fields["scope"].choices = labelled(numbers)
        self.initial["expected"] = self.told = "-".join(str(number) for number in numbers.values())

    @property
    def expected_number(self) -> int:
        """Return how many visits the person was told."""
        told = dict(zip(self.numbers, self.cleaned_data["expected"].split("-"), strict=False))
        number = told.get(self.cleaned_data["scope"], "")
        return int(number) if number.isdecimal() else -1

    def add_domain_error(self, error) -> None:
        """Show the refusal, with the numbers as they are now."""
        super().add_domain_error(error)
        self.data = self.data.copy()
        self.data["expected"] = self.told


def labelled(numbers: dict[str, int]) -> list[tuple[str, str]]:
    """Return the scopes that reach a visit, each with their number."""
    return [
        (scope, scope.label if scope == Scope.ONE else f"{scope.label} ({numbers[scope]})")
        for scope in Scope
        if numbers[scope]
    ]
