"""Forms with which patients book and move visits by themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from homeo.base.errors import DomainError
from homeo.base.fields import is_schedule_date
from homeo.base.forms import BaseForm, OnceFormMixin
from patients.models import Patient
from scheduling.forms.booking import (
    KEY_MAX_LENGTH,
    NOTES_MAX_LENGTH,
    KindChoiceField,
    RowChoiceField,
)
from scheduling.models import VisitType
from scheduling.slots import parse_slot_key


class DoctorChoiceField(RowChoiceField):
    """A choice of doctors' accounts."""

    def label_of(self, row: User) -> str:
        """Return the name with the title."""
        return row.display_name


class PersonChoiceField(RowChoiceField):
    """A choice of patients by people who know them."""

    def label_of(self, row: Patient) -> str:
        """Return the name."""
        return row.name


class OwnBookingForm(OnceFormMixin, BaseForm):
    """A free time for a visit of one's own. The slot says when and with whom; the doctor is only whose slots to show.

    `doctors` are those who can be booked, by id; `any_label` says that any of them may be chosen, or that one must be.
    """

    doctor = DoctorChoiceField(label=_("Doctor"), required=False)
    slot = forms.CharField(required=False, max_length=KEY_MAX_LENGTH)

    refusal: DomainError | None = None

    def __init__(self, *args, doctors: dict[str, User], any_label: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.doctors = doctors
        self.fields["doctor"].offer(doctors, empty_label=any_label)
        self._hide_single("doctor", doctors)

    def _hide_single(self, name: str, rows: dict) -> None:
        """Ask nothing where there is nothing to choose."""
        if len(rows) <= 1:
            self.fields[name].widget = forms.HiddenInput()

    def hide_search(self) -> None:
        """Keep what the free times were looked for with, unseen."""
        for name in {"patient", "visit_type", "doctor"} & set(self.fields):
            self.fields[name].widget = forms.HiddenInput()

    def clean(self):
        """Read the day, the time and the doctor out of the slot."""
        data = super().clean()
        slot = parse_slot_key(data.get("slot") or "")
        if slot is None or not is_schedule_date(slot[0]):
            self.add_error("slot", _("Choose one of the free times."))
            return data
        day, time, doctor_id = slot
        if doctor_id not in self.doctors:
            self.add_error("slot", _("This doctor takes no visits. Choose another time."))
            return data
        return data | {"date": day, "time": time, "doctor": self.doctors[doctor_id]}

    def add_domain_error(self, error) -> None:
        """Keep the refusal for the page, which tells of a time what may be told; show others with the form."""
        self.refusal = error
        if not self.is_time_refused:
            super().add_domain_error(error)

    @property
    def is_time_refused(self) -> bool:
        """Tell whether the time is not to be had."""
        return getattr(self.refusal, "field", None) in {"appointment_time", "appointment_date"}

    @property
    def is_time_chosen(self) -> bool:
        """Tell whether there is a time, and nothing is wrong with what it was looked for with."""
        return (
            self.is_bound and "time" in self.cleaned_data and not {"patient", "visit_type", "doctor"} & set(self.errors)
        )


class AppointmentRequestForm(OwnBookingForm):
    """A visit that a patient asks for, also for somebody whom the person looks after.

    `patients` and `kinds` are those that may be chosen, by id.
    """

    patient = PersonChoiceField(label=_("For whom?"))
    visit_type = KindChoiceField(label=_("Kind of visit"), required=False)
    notes = forms.CharField(
        label=_("What is it about?"),
        help_text=_("In your own words, if you like. The front desk reads it too."),
        required=False,
        max_length=NOTES_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, patients: dict[str, Patient], kinds: dict[str, VisitType], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["patient"].offer(patients)
        self.fields["visit_type"].offer(kinds)
        self._hide_single("patient", patients)
        self._hide_single("visit_type", kinds)


class OwnRescheduleForm(OwnBookingForm):
    """Another time for a visit of one's own, perhaps with another doctor."""
