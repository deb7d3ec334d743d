"""Consultations with their notes, and prescriptions."""

from clinical.models.consultations import Consultation, ConsultationStatus
from clinical.models.notes import (
    INTENSITIES,
    SIGNED_MAX,
    Complaint,
    ComplaintResponse,
    NoteDraft,
    SignedKind,
    SignedNote,
    Snippet,
)
from clinical.models.prescriptions import Prescription, PrescriptionItem

__all__ = [
    "INTENSITIES",
    "SIGNED_MAX",
    "Complaint",
    "ComplaintResponse",
    "Consultation",
    "ConsultationStatus",
    "NoteDraft",
    "Prescription",
    "PrescriptionItem",
    "SignedKind",
    "SignedNote",
    "Snippet",
]
