"""Changes in the consulting room, by subject."""

from clinical.services.consultations import (
    archive_consultation,
    cancel_consultation_of,
    complete_consultation,
    record_no_show,
    schedule_consultation,
    start_consultation,
    start_unplanned_consultation,
    usual_layout,
    write_and_complete_consultation,
    write_consultation,
    write_locked_consultation,
)
from clinical.services.drafts import drop_drafts, keep_draft
from clinical.services.letters import archive_letter, sign_letter
from clinical.services.locks import lock_consultation
from clinical.services.prescription_templates import (
    archive_prescription_template,
    change_prescription_template,
    keep_prescription_template,
)
from clinical.services.prescriptions import archive_prescription, replace_prescription, write_prescription
from clinical.services.signatures import add_addendum
from clinical.services.snippets import remove_snippet, save_snippet

__all__ = [
    "add_addendum",
    "archive_consultation",
    "archive_letter",
    "archive_prescription",
    "archive_prescription_template",
    "cancel_consultation_of",
    "change_prescription_template",
    "complete_consultation",
    "drop_drafts",
    "keep_draft",
    "keep_prescription_template",
    "lock_consultation",
    "record_no_show",
    "remove_snippet",
    "replace_prescription",
    "save_snippet",
    "schedule_consultation",
    "sign_letter",
    "start_consultation",
    "start_unplanned_consultation",
    "usual_layout",
    "write_and_complete_consultation",
    "write_consultation",
    "write_locked_consultation",
    "write_prescription",
]
