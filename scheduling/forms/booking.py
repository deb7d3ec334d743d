"""Forms of booking, moving and calling off visits."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from homeo.base.errors import DomainError
from homeo.base.fields import CUID_LENGTH, validate_schedule_date
from homeo.base.forms import BaseForm, OnceFormMixin, VersionFormMixin
from scheduling.forms.fields import ClockField, date_field
from scheduling.models import Appointment, VisitType
from scheduling.services import SlotTakenError
from scheduling.slots import parse_slot_key, slot_key

KEY_MAX_LENGTH = len("2026-11-24T10:20-") + CUID_LENGTH
REASON_MAX_LENGTH = Appointment._meta.get_field("overbook_reason").max_length
NOTES_MAX_LENGTH = Appointment._meta.get_field("notes").max_length


def doctors_for(user: User):
    """Return the accounts of the doctors with whom the person may book visits: a doctor only with herself."""
    doctors = User.objects.doctors().filter(doctor__isnull=False)
    return doctors.filter(pk=user.pk) if user.role == Role.DOCTOR else doctors


def kinds_for(user: User, moving: Appointment | None = None):
    """Return the kinds of visits that the person may choose, that of a visit which moves included."""
    kinds = VisitType.objects.for_user(user).in_use()
    return kinds | VisitType.objects.filter(pk=moving.visit_type_id) if moving else kinds


class RowChoiceField(forms.ChoiceField):
    """A choice of `rows` by id; they are loaded once, by the page."""

    rows: dict

    def offer(self, rows: dict, *, empty_label: str = "") -> None:
        """Let the person choose among the rows, or none of them where that has a label."""
        self.rows = rows
        choices = [(pk, self.label_of(row)) for pk, row in rows.items()]
        self.choices = [("", empty_label), *choices] if empty_label or not rows else choices

    def label_of(self, row) -> str:
        """Return what the person reads."""
        raise NotImplementedError

    def clean(self, value):
        """Return the row that was chosen."""
        return self.rows.get(super().clean(value))


class DoctorField(forms.ChoiceField):
    """An account by its id alone: whether it is a doctor who takes visits is told when it is locked."""

    empty_label = _("Choose a doctor")

    def clean(self, value):
        """Return an account that knows nothing but its id."""
        pk = self.to_python(value)
        if len(pk) > CUID_LENGTH:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": value})
        if not pk and self.required:
            raise ValidationError(self.error_messages["required"])
        return User(id=pk) if pk else None


class KindChoiceField(RowChoiceField):
    """A choice of kinds of visits, each shown with its minutes."""

    def label_of(self, row: VisitType) -> str:
        """Return the name and the minutes."""
        return _("%(kind)s, %(minutes)d min") % {"kind": row.name, "minutes": row.minutes}


class SlotsForm(BaseForm):
    """Which doctor's free slots of which day, for which kind of visit; `visit` is one that moves."""

    doctor = forms.ModelChoiceField(User.objects.none())
    date = date_field()
    visit_type = forms.ModelChoiceField(VisitType.objects.none(), required=False)
    visit = forms.ModelChoiceField(Appointment.objects.none(), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = doctors_for(self.user).select_related("doctor")
        self.fields["visit"].queryset = Appointment.objects.for_user(self.user)
        self.fields["visit_type"].queryset = VisitType.objects.for_user(self.user)


class BookingForm(BaseForm):
    """A kind of visit, a doctor, a day and a time: a free slot that was chosen, or a time that was typed.

    Where the time asked for was not free, the form comes back with `asked` (that time) and slots to choose from, also
    of other days and doctors. `cleaned_data` holds what counts in the end.

    `moving` is the visit that gives up its time, `kinds` are those that may be chosen, by id.
    """

    visit_type = KindChoiceField(label=_("Kind of visit"), required=False)
    doctor = DoctorField(label=_("Doctor"))
    date = date_field(label=_("Date"))
    time = ClockField(label=_("Or type a time"), required=False)
    slot = forms.CharField(required=False, max_length=KEY_MAX_LENGTH)
    asked = forms.CharField(required=False, max_length=KEY_MAX_LENGTH, widget=forms.HiddenInput)

    refusal: DomainError | None = None
    wanted: dict | None = None

    def __init__(self, *args, kinds: dict[str, VisitType], moving: Appointment | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        has_none = moving is not None and not moving.visit_type_id
        self.fields["visit_type"].offer(kinds, empty_label=_("As it is booked") if has_none else "")

    def clean_doctor(self):
        """Refuse to a doctor the diary of another."""
        doctor = self.cleaned_data["doctor"]
        if self.user.role == Role.DOCTOR and doctor.pk != self.user.pk:
            raise ValidationError(_("You can book visits with yourself only."))
        return doctor

    def clean(self):
        """Decide for one doctor, day and time."""
        data = super().clean()
        doctor, day, time = data.get("doctor"), data.get("date"), data.get("time")
        if not doctor or not day or "time" in self.errors:
            return data
        # What was asked for counts only as long as the doctor and the day are still the same.
        asked = parse_slot_key(data.get("asked") or "")
        if asked and (asked[0], asked[2]) != (day, doctor.pk):
            asked = None
        if time is None and asked and data.get("overbook"):
            data["time"] = asked[1]
        elif time is None:
            self._choose_slot(data, is_offer_allowed=asked is not None)
        return data

    def _choose_slot(self, data, *, is_offer_allowed):
        slot = parse_slot_key(data.get("slot") or "")
        if slot is None:
            self.add_error("slot", _("Choose one of the free times."))
            return
        day, time, doctor_id = slot
        is_shown = (day, doctor_id) == (data["date"], data["doctor"].pk)
        if not is_shown and not is_offer_allowed:
            self.add_error("slot", _("The chosen time was for another day or doctor. Choose one of these."))
            return
        if self.user.role == Role.DOCTOR and doctor_id != self.user.pk:
            self.add_error("doctor", _("You can book visits with yourself only."))
            return
        try:
            validate_schedule_date(day)
        except ValidationError as error:
            self.add_error("date", error)
            return
        data.update(doctor=User(id=doctor_id), date=day, time=time)

    def add_domain_error(self, error) -> None:
        """Keep the refusal for the page; show it beside the field, unless the page tells it with the free times."""
        self.refusal = error
        self.wanted = {name: self.cleaned_data[name] for name in ("doctor", "date", "time", "visit_type")}
        field = {"appointment_time": "time", "appointment_date": "date"}.get(error.field, error.field)
        if isinstance(error, SlotTakenError):
            return
        is_seen = field in self.fields and not self.fields[field].widget.is_hidden
        self.add_error(field if is_seen else None, error.message)

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether what was refused is an offer of another doctor or day than the form shows."""
        wanted = self.wanted["doctor"].pk, self.wanted["date"].isoformat()
        return wanted != (self["doctor"].value(), self["date"].value())

    def ask_again(self, offers) -> None:
        """Turn the time that was refused into `asked`, and choose the first of `offers`."""
        data, wanted = self.data.copy(), self.wanted
        data["asked"] = slot_key(wanted["date"], wanted["time"], wanted["doctor"].pk)
        data["doctor"], data["date"], data["time"] = wanted["doctor"].pk, wanted["date"].isoformat(), ""
        data["slot"] = offers[0].key if offers else ""
        self.data = data


class OverbookFormMixin(forms.Form):
    """A visit beside others or outside the hours: only on purpose, and with a reason."""

    overbook = forms.BooleanField(label=_("Overbook this time"), required=False)
    overbook_reason = forms.CharField(label=_("Why is it overbooked?"), required=False, max_length=REASON_MAX_LENGTH)

    def clean(self):
        """Ask for the reason, and for the tick."""
        data = super().clean()
        if data.get("overbook") and not data.get("overbook_reason") and "overbook_reason" not in self.errors:
            self.add_error("overbook_reason", _("Say why this visit is overbooked."))
        if "overbook" in self.fields and data.get("overbook_reason") and not data.get("overbook"):
            self.add_error("overbook", _("Tick this to overbook, or clear the reason."))
        return data


class AppointmentCreateForm(OnceFormMixin, OverbookFormMixin, BookingForm):
    """A visit, booked by the front desk; a doctor only overbooks."""

    notes = forms.CharField(
        label=_("Reason, as the patient says it"),
        required=False,
        max_length=NOTES_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.user.has_perm("scheduling.add_appointment"):
            del self.fields["overbook"]
            self.fields["overbook_reason"].required = True


class AppointmentRescheduleForm(OnceFormMixin, OverbookFormMixin, BookingForm):
    """Another doctor, day or time for a visit."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.user.has_perm("scheduling.overbook_appointment"):
            del self.fields["overbook"], self.fields["overbook_reason"]


class AppointmentCancelForm(VersionFormMixin, BaseForm):
    """Why a visit is called off."""

    cancel_reason = forms.CharField(
        label=_("Why is it cancelled?"), max_length=Appointment._meta.get_field("cancel_reason").max_length
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.user.role == Role.PATIENT:
            self.fields["cancel_reason"].label = _("Why can you not come?")
