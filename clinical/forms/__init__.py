"""Forms of the consulting room, by subject."""

from clinical.forms.consultations import ConfirmForm, ConsultationForm
from clinical.forms.prescriptions import (
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionItemForm,
    PrescriptionUpdateForm,
)

__all__ = [
    "ConfirmForm",
    "ConsultationForm",
    "PrescriptionCreateForm",
    "PrescriptionForm",
    "PrescriptionItemForm",
    "PrescriptionUpdateForm",
]
