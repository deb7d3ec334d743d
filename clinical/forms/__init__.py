"""Forms of the consulting room, by subject."""

from clinical.forms.consultations import ConfirmForm, ConsultationForm
from clinical.forms.prescriptions import (
    LINES_MAX,
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionItemForm,
    PrescriptionReplaceForm,
    PrescriptionUpdateForm,
)

__all__ = [
    "LINES_MAX",
    "ConfirmForm",
    "ConsultationForm",
    "PrescriptionCreateForm",
    "PrescriptionForm",
    "PrescriptionItemForm",
    "PrescriptionReplaceForm",
    "PrescriptionUpdateForm",
]
