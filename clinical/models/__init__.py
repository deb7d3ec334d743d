"""Consultations, remedies, prescriptions, and templates of prescriptions."""

from clinical.models.consultations import Consultation, ConsultationStatus
from clinical.models.prescriptions import DosageForm, Line, Prescription, PrescriptionItem
from clinical.models.remedies import Relation, Remedy, RemedyRelation
from clinical.models.templates import PrescriptionTemplate, TemplateItem

__all__ = [
    "Consultation",
    "ConsultationStatus",
    "DosageForm",
    "Line",
    "Prescription",
    "PrescriptionItem",
    "PrescriptionTemplate",
    "Relation",
    "Remedy",
    "RemedyRelation",
    "TemplateItem",
]
