"""Consultations and prescriptions."""

from clinical.models.consultations import Consultation, ConsultationStatus
from clinical.models.prescriptions import Prescription, PrescriptionItem

__all__ = [
    "Consultation",
    "ConsultationStatus",
    "Prescription",
    "PrescriptionItem",
]
