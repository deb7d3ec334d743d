"""Changes in the consulting room, by subject."""

from clinical.services.consultations import (
    TEXTS,
    archive_consultation,
    cancel_consultation_of,
    complete_consultation,
    record_no_show,
    schedule_consultation,
    start_consultation,
    start_unplanned_consultation,
    write_and_complete_consultation,
    write_consultation,
)
from clinical.services.locks import lock_consultation
from clinical.services.prescriptions import archive_prescription, replace_prescription, write_prescription
from clinical.services.templates import archive_template, keep_template

__all__ = [
    "TEXTS",
    "archive_consultation",
    "archive_prescription",
    "archive_template",
    "cancel_consultation_of",
    "complete_consultation",
    "keep_template",
    "lock_consultation",
    "record_no_show",
    "replace_prescription",
    "schedule_consultation",
    "start_consultation",
    "start_unplanned_consultation",
    "write_and_complete_consultation",
    "write_consultation",
    "write_prescription",
]
