"""Consultations with their notes, remedies, prescriptions with their templates, letters, follow-ups."""

from clinical.models.consultations import Consultation, ConsultationStatus
from clinical.models.follow_ups import FollowUp
from clinical.models.letters import Letter, LetterKind
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
from clinical.models.prescriptions import DosageForm, Line, Prescription, PrescriptionItem
from clinical.models.remedies import Relation, Remedy, RemedyRelation
from clinical.models.templates import PrescriptionTemplate, TemplateItem

__all__ = [
    "INTENSITIES",
    "SIGNED_MAX",
    "Complaint",
    "ComplaintResponse",
    "Consultation",
    "ConsultationStatus",
    "DosageForm",
    "FollowUp",
    "Letter",
    "LetterKind",
    "Line",
    "NoteDraft",
    "Prescription",
    "PrescriptionItem",
    "PrescriptionTemplate",
    "Relation",
    "Remedy",
    "RemedyRelation",
    "SignedKind",
    "SignedNote",
    "Snippet",
    "TemplateItem",
]
