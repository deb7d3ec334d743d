"""Forms of the consulting room, by subject."""

from clinical.forms.consultations import AddendumForm, ConfirmForm, ConsultationForm
from clinical.forms.follow_ups import SeeAgainForm
from clinical.forms.letters import CertificateForm, ReferralForm
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
    "AddendumForm",
    "CertificateForm",
    "ConfirmForm",
    "ConsultationForm",
    "PrescriptionCreateForm",
    "PrescriptionForm",
    "PrescriptionItemForm",
    "PrescriptionReplaceForm",
    "PrescriptionUpdateForm",
    "ReferralForm",
    "SeeAgainForm",
]
