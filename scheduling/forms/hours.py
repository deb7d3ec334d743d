"""Forms of working hours: the week with its breaks, exceptions by date, time off."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from homeo.base.forms import VERSION_FIELD, BaseForm, OnceFormMixin, VersionFormMixin
from scheduling.availability import Hours, WeeklyHours
from scheduling.forms.fields import ClockField, date_field
from scheduling.models import DoctorBreak, HoursException, TimeOff, Weekday
from scheduling.services import VisitsOutsideError, wrong_break
from scheduling.services.hours import Breaks

BREAKS_MAX = 6
WEEK = [*[*Weekday][1:], Weekday.SUNDAY]
WORKDAYS = frozenset(WEEK[:5])
REASON_MAX_LENGTH = TimeOff._meta.get_field("reason").max_length


class KeepOutsideMixin(forms.Form):
    """A change of hours: visits that it leaves out are listed before it is made (`refusal`)."""

    keep_outside = forms.BooleanField(label=_("Keep these visits as they are, and save"), required=False)

    refusal: VisitsOutsideError | None = None

    def add_domain_error(self, error) -> None:
        """Keep the refusal for the page, which lists the visits that are left out."""
        if isinstance(error, VisitsOutsideError):
            self.refusal = error
        else:
            super().add_domain_error(error)


class BreakForm(forms.Form):
    """A break of one day of the week."""

    start = ClockField(label=_("Break from"))
    end = ClockField(label=_("until"))
    label = forms.CharField(label=_("name"), required=False, max_length=DoctorBreak._meta.get_field("label").max_length)

    def clean(self):
        """Ask for the times in their order."""
        data = super().clean()
        if data.get("start") and data.get("end") and data["start"] >= data["end"]:
            self.add_error("end", _("The break must end after it begins."))
        return data


BreakFormSet = forms.formset_factory(
    BreakForm, extra=0, can_delete=True, max_num=BREAKS_MAX, absolute_max=BREAKS_MAX + 10, validate_max=True
)


class CopyForm(forms.Form):
    """Which day's hours and breaks are to be those of which other days."""

    ALL, AT_WORK, WORKDAYS = "all", "work", "workdays"

    source = forms.TypedChoiceField(
        label=_("Copy"),
        choices=[(day.value, day.label) for day in WEEK],
        coerce=int,
        initial=WEEK[0].value,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    target = forms.ChoiceField(
        label=_("to"),
        choices=[
            (AT_WORK, _("the other days at work")),
            (WORKDAYS, _("Monday to Friday")),
            (ALL, _("every day")),
            *[(str(day.value), day.label) for day in WEEK],
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def targets(self, at_work: set[int]) -> set[int]:
        """Return the days to copy to, `at_work` being those at work."""
        target = self.cleaned_data["target"]
        named = {self.AT_WORK: at_work, self.WORKDAYS: set(WORKDAYS), self.ALL: set(WEEK)}
        return {int(day) for day in named.get(target, ())} or ({int(target)} if target.isdecimal() else set())


class AvailabilityForm(KeepOutsideMixin, VersionFormMixin, BaseForm):
    """The hours of a week: for each day whether, from when and until when, and its breaks.

    `breaks` in `initial` are those of each day, as the formset of a day takes them.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for day in WEEK:
            self.fields[f"available_{day}"] = forms.BooleanField(label=day.label, required=False)
            for name, label in (("start", _("%(day)s, from")), ("end", _("%(day)s, until"))):
                self.fields[f"{name}_{day}"] = ClockField(label=label % {"day": day.label}, required=False)
        breaks = self.initial.get("breaks", {})
        data = self.data if self.is_bound else None
        self.breaks = {
            day.value: BreakFormSet(data, prefix=f"breaks_{day}", initial=breaks.get(day.value, [])) for day in WEEK
        }
        self.copying = CopyForm(prefix="copy")

    @staticmethod
    def initial_of(stored: WeeklyHours) -> dict:
        """Return what the fields show for the hours that are stored."""
        initial = {
            "breaks": {
                day: [{"start": row.start_time, "end": row.end_time, "label": row.label} for row in rows]
                for day, rows in stored.breaks.items()
            }
        }
        for day, row in stored.rows.items():
            initial |= {
                f"available_{day}": row.is_available,
                f"start_{day}": row.start_time,
                f"end_{day}": row.end_time,
            }
        return initial

    @staticmethod
    def retyped(data) -> dict:
        """Return what the fields show again for what was sent: a day copied to others, or a row for one more break."""
        initial = {VERSION_FIELD: data.get(VERSION_FIELD, ""), "breaks": {}}
        for day in WEEK:
            names = (f"available_{day}", f"start_{day}", f"end_{day}")
            initial |= {name: data.get(name, "") for name in names}
            initial["breaks"][day.value] = _typed_breaks(data, f"breaks_{day}")
        copying = CopyForm(data, prefix="copy")
        if "copy" in data and copying.is_valid():
            source = copying.cleaned_data["source"]
            for day in copying.targets({day.value for day in WEEK if initial[f"available_{day}"]}):
                initial |= {f"{name}_{day}": initial[f"{name}_{source}"] for name in ("start", "end", "available")}
                initial["breaks"][day] = initial["breaks"][source]
        another = data.get("another", "")
        if another in {str(day.value) for day in WEEK}:
            initial["breaks"][int(another)] += [{}]
        return initial

    def days(self):
        """Yield the fields of each day, Monday first."""
        for day in WEEK:
            fields = {name: self[f"{name}_{day}"] for name in ("available", "start", "end")}
            yield fields | {"value": day.value, "breaks": self.breaks[day.value]}

    def clean(self):
        """Ask for both times of a day at work, in their order, and for breaks within them."""
        data = super().clean()
        for day in WEEK:
            if not data.get(f"available_{day}"):
                continue
            start, end = data.get(f"start_{day}"), data.get(f"end_{day}")
            for name, value in (("start", start), ("end", end)):
                if value is None and f"{name}_{day}" not in self.errors:
                    self.add_error(f"{name}_{day}", _("Enter a time."))
            if start and end and start >= end:
                self.add_error(f"end_{day}", _("The hours must end after they begin."))
            elif start and end:
                self._clean_breaks(day, (start, end))
            elif not self.breaks[day.value].is_valid():
                self._refuse_breaks(day)
        return data

    def _clean_breaks(self, day: Weekday, hours: tuple[dt.time, dt.time]) -> None:
        formset = self.breaks[day.value]
        if not formset.is_valid():
            self._refuse_breaks(day)
            return
        rows = _kept(formset)
        wrong = wrong_break(hours, [(row.cleaned_data["start"], row.cleaned_data["end"]) for row in rows])
        if wrong:
            rows[wrong[0]].add_error("start", wrong[1])
            self._refuse_breaks(day)

    def _refuse_breaks(self, day: Weekday) -> None:
        others = "; ".join(str(error) for error in self.breaks[day.value].non_form_errors())
        self.add_error(None, others or _("Look at the breaks of %(day)s.") % {"day": day.label})

    def hours(self) -> Hours:
        """Return the hours as the service takes them."""
        data = self.cleaned_data
        return {
            day.value: (data[f"start_{day}"], data[f"end_{day}"]) if data[f"available_{day}"] else None for day in WEEK
        }

    def break_times(self) -> Breaks:
        """Return the breaks of the days at work as the service takes them."""
        return {
            day: [
                (row.cleaned_data["start"], row.cleaned_data["end"], row.cleaned_data["label"]) for row in _kept(rows)
            ]
            for day, rows in self.breaks.items()
            if self.cleaned_data[f"available_{day}"]
        }

    def differences(self, stored: WeeklyHours) -> list[dict]:
        """Return the days whose typed hours differ from the stored ones."""
        rows = []
        for day in WEEK:
            row = stored.rows.get(day)
            breaks = [(row.start_time, row.end_time) for row in stored.breaks.get(day.value, [])]
            kept = self._say(row.is_available, row.start_time, row.end_time, breaks) if row else self._say(False)
            data = self.cleaned_data
            breaks = [
                (row.cleaned_data.get("start"), row.cleaned_data.get("end"))
                for row in _kept(self.breaks[day.value])
                if hasattr(row, "cleaned_data")
            ]
            times = (data.get(f"start_{day}"), data.get(f"end_{day}"))
            typed = self._say(data.get(f"available_{day}"), *times, breaks)
            if typed != kept:
                rows.append({"label": day.label, "typed": typed, "stored": kept})
        return rows

    @staticmethod
    def _say(is_available: bool, start: dt.time | None = None, end: dt.time | None = None, breaks=()) -> str:
        if not is_available:
            return gettext("not available")

        def span(*times):
            return "–".join(f"{time:%H:%M}" if time else "?" for time in times)

        without = ", ".join(span(*times) for times in sorted(breaks, key=str))
        return (
            gettext("%(hours)s without %(breaks)s") % {"hours": span(start, end), "breaks": without}
            if without
            else (span(start, end))
        )


def _kept(formset) -> list[BreakForm]:
    """Return the rows of a formset that were not taken away, once it is validated."""
    return [row for row in formset.forms if row not in formset.deleted_forms] if formset.is_valid() else []


def _typed_breaks(data, prefix: str) -> list[dict]:
    """Return the breaks of a day as they were typed, without those that were taken away."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), BREAKS_MAX) if total.isdecimal() and len(total) < 4 else 0
    return [
        {name: data.get(f"{prefix}-{place}-{name}", "") for name in ("start", "end", "label")}
        for place in range(count)
        if f"{prefix}-{place}-DELETE" not in data
    ]


class HoursExceptionForm(KeepOutsideMixin, BaseForm):
    """Other hours on one date, or a day off."""

    date = date_field(label=_("Date"))
    is_off = forms.BooleanField(label=_("Not at work on that date"), required=False)
    start_time = ClockField(label=_("From"), required=False)
    end_time = ClockField(label=_("Until"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX_LENGTH,
        help_text=_("The front desk reads it."),
    )

    def clean_date(self):
        """Leave the past as it was."""
        return _not_past(self.cleaned_data["date"])

    def clean(self):
        """Ask for both times in their order, unless it is a day off."""
        data = super().clean()
        if data.get("is_off"):
            data["start_time"] = data["end_time"] = None
            for name in ("start_time", "end_time"):
                self.errors.pop(name, None)
            return data
        for name in ("start_time", "end_time"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Enter a time."))
        _check_order(self, data, "start_time", "end_time", _("The hours must end after they begin."))
        return data

    def values(self) -> dict:
        """Return the columns of the row."""
        return {name: self.cleaned_data[name] for name in ("date", "start_time", "end_time", "reason")}

    @staticmethod
    def initial_of(row: HoursException) -> dict:
        """Return what the fields show for a row."""
        return {
            "date": row.date,
            "is_off": row.start_time is None,
            "start_time": row.start_time,
            "end_time": row.end_time,
            "reason": row.reason,
        }


class TimeOffForm(KeepOutsideMixin, BaseForm):
    """Days, or hours of one day, on which the doctor is away."""

    start_date = date_field(label=_("First day"))
    end_date = date_field(label=_("Last day"))
    start_time = ClockField(label=_("From"), required=False)
    end_time = ClockField(label=_("Until"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX_LENGTH,
        help_text=_("The front desk reads it."),
    )

    def clean_end_date(self):
        """Leave the past as it was."""
        return _not_past(self.cleaned_data["end_date"])

    def clean(self):
        """Ask for days and hours in their order; hours are of one day."""
        data = super().clean()
        first, last = data.get("start_date"), data.get("end_date")
        if first and last and first > last:
            self.add_error("end_date", _("The last day cannot come before the first."))
        has_times = [bool(data.get(name)) for name in ("start_time", "end_time")]
        if has_times == [True, False] and "end_time" not in self.errors:
            self.add_error("end_time", _("Enter a time, or none for whole days."))
        if has_times == [False, True] and "start_time" not in self.errors:
            self.add_error("start_time", _("Enter a time, or none for whole days."))
        if all(has_times) and first and last and first < last:
            self.add_error("start_time", _("Hours can be given for one day only."))
        _check_order(self, data, "start_time", "end_time", _("The time must end after it begins."))
        return data

    def values(self) -> dict:
        """Return the columns of the row."""
        names = ("start_date", "end_date", "start_time", "end_time", "reason")
        return {name: self.cleaned_data[name] for name in names}

    @staticmethod
    def initial_of(row: TimeOff) -> dict:
        """Return what the fields show for a row."""
        names = ("start_date", "end_date", "start_time", "end_time", "reason")
        return {name: getattr(row, name) for name in names}


class HoursExceptionCreateForm(OnceFormMixin, HoursExceptionForm):
    """A new exception."""


class HoursExceptionUpdateForm(VersionFormMixin, HoursExceptionForm):
    """An exception that is changed."""


class TimeOffCreateForm(OnceFormMixin, TimeOffForm):
    """New time off."""


class TimeOffUpdateForm(VersionFormMixin, TimeOffForm):
    """Time off that is changed."""


class HoursRemoveForm(KeepOutsideMixin, VersionFormMixin, BaseForm):
    """The wish to take an exception or time off away."""

    def differences(self, stored) -> list[dict]:
        """Return that somebody has changed what was to go."""
        return [{"label": stored._meta.verbose_name, "typed": gettext("to be removed"), "stored": gettext("changed")}]


def _not_past(day: dt.date) -> dt.date:
    if day < timezone.localdate():
        raise ValidationError(_("This day has passed."))
    return day


def _check_order(form: forms.Form, data: dict, first: str, last: str, message: str) -> None:
    if data.get(first) and data.get(last) and data[first] >= data[last]:
        form.add_error(last, message)
