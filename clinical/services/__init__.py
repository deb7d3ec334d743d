"""Changes in the consulting room; one module a subject."""

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
from clinical.services.prescriptions import archive_prescription, write_prescription

__all__ = [
    "TEXTS",
    "archive_consultation",
    "archive_prescription",
    "cancel_consultation_of",
    "complete_consultation",
    "lock_consultation",
    "record_no_show",
    "schedule_consultation",
    "start_consultation",
    "start_unplanned_consultation",
    "write_and_complete_consultation",
    "write_consultation",
    "write_prescription",
]
