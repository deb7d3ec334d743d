"""Forms of the consulting room, by subject."""

from clinical.forms.consultations import AddendumForm, ConfirmForm, ConsultationForm
from clinical.forms.prescriptions import (
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionItemForm,
    PrescriptionUpdateForm,
)

__all__ = [
    "AddendumForm",
    "ConfirmForm",
    "ConsultationForm",
    "PrescriptionCreateForm",
    "PrescriptionForm",
    "PrescriptionItemForm",
    "PrescriptionUpdateForm",
]
