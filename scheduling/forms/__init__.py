"""Forms of the diary, by subject."""

from scheduling.forms.booking import (
    AppointmentCancelForm,
    AppointmentCreateForm,
    AppointmentRescheduleForm,
    BookingForm,
    OverbookFormMixin,
    SlotsForm,
    doctors_for,
    kinds_for,
)
from scheduling.forms.fields import ClockField, PatientChoiceField, date_field
from scheduling.forms.hours import (
    AvailabilityForm,
    HoursExceptionCreateForm,
    HoursExceptionUpdateForm,
    HoursRemoveForm,
    TimeOffCreateForm,
    TimeOffUpdateForm,
)
from scheduling.forms.own_booking import AppointmentRequestForm, OwnRescheduleForm
from scheduling.forms.waiting import (
    OfferCreateForm,
    OpeningForm,
    OwnWaitingEntryCreateForm,
    WaitingEntryCreateForm,
    WaitingEntryUpdateForm,
)

__all__ = [
    "AppointmentCancelForm",
    "AppointmentCreateForm",
    "AppointmentRequestForm",
    "AppointmentRescheduleForm",
    "AvailabilityForm",
    "BookingForm",
    "ClockField",
    "HoursExceptionCreateForm",
    "HoursExceptionUpdateForm",
    "HoursRemoveForm",
    "OfferCreateForm",
    "OpeningForm",
    "OverbookFormMixin",
    "OwnRescheduleForm",
    "OwnWaitingEntryCreateForm",
    "PatientChoiceField",
    "SlotsForm",
    "TimeOffCreateForm",
    "TimeOffUpdateForm",
    "WaitingEntryCreateForm",
    "WaitingEntryUpdateForm",
    "date_field",
    "doctors_for",
    "kinds_for",
]
