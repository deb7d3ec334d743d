"""Forms of the consulting room, by subject."""

from clinical.forms.consultations import AddendumForm, ConfirmForm, ConsultationForm
from clinical.forms.follow_ups import SeeAgainForm
from clinical.forms.letters import CertificateForm, ReferralForm
from clinical.forms.prescriptions import (
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionItemForm,
    PrescriptionReplaceForm,
    PrescriptionTemplateForm,
    PrescriptionUpdateForm,
)

__all__ = [
    "AddendumForm",
    "CertificateForm",
    "ConfirmForm",
    "ConsultationForm",
    "PrescriptionCreateForm",
    "PrescriptionForm",
    "PrescriptionItemForm",
    "PrescriptionReplaceForm",
    "PrescriptionTemplateForm",
    "PrescriptionUpdateForm",
    "ReferralForm",
    "SeeAgainForm",
]
