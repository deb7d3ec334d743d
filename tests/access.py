"""Every address of Homeo and what each role gets from it; a new address must join."""

from django.urls import reverse

from scheduling.models import SchedulingRules

# Columns: nobody, admin, treating doctor, another doctor, front desk, the patient, another patient.
# 405 is the answer to a GET of somebody who may press the button.
COLUMNS = ("nobody", "admin", "doctor", "other doctor", "front desk", "patient", "other patient")
PUBLIC = (200,) * 7
SIGNED_IN = (302, 200, 200, 200, 200, 200, 200)
TABLE = {
    # Anybody
    ("healthz", ""): PUBLIC,
    ("readyz", ""): PUBLIC,
    ("account_login", ""): (200, 302, 302, 302, 302, 302, 302),
    ("account_logout", ""): (302, 200, 200, 200, 200, 200, 200),
    ("account_reset_password", ""): PUBLIC,
    ("account_reset_password_done", ""): PUBLIC,
    ("account_reset_password_from_key", "reset"): PUBLIC,
    ("account_reset_password_from_key_done", ""): PUBLIC,
    ("account_change_password", ""): SIGNED_IN,
    ("account_inactive", ""): PUBLIC,
    ("accounts:session", ""): PUBLIC,
    # Everybody who signed in
    ("home", ""): SIGNED_IN,
    ("accounts:profile", ""): SIGNED_IN,
    ("accounts:theme", ""): (302, 405, 405, 405, 405, 405, 405),
    # Who did what
    ("auditlog_list", ""): (302, 200, 403, 403, 403, 403, 403),
    ("access_list", ""): (302, 403, 403, 403, 403, 200, 200),
    # Patients
    ("search_box", ""): (302, 200, 200, 200, 200, 403, 403),
    ("patients:patient_list", ""): (302, 200, 200, 200, 200, 403, 403),
    ("patients:patient_create", ""): (302, 403, 403, 403, 200, 403, 403),
    ("patients:patient_detail", "patient"): (302, 200, 200, 404, 200, 200, 404),
    ("patients:patient_update", "patient"): (302, 200, 403, 403, 200, 403, 403),
    ("patients:patient_notes_update", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("patients:patient_contact_update", "patient"): (302, 403, 403, 403, 403, 200, 404),
    ("patients:guardian_create", "patient"): (302, 200, 403, 403, 200, 403, 403),
    ("patients:medicalrecord_list", ""): (302, 403, 403, 403, 403, 200, 200),
    ("patients:medicalrecord_create", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("patients:medicalrecord_archive_list", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("patients:medicalrecord_detail", "record"): (302, 403, 200, 404, 403, 200, 404),
    ("patients:medicalrecord_show", "record"): (302, 403, 200, 404, 403, 200, 404),
    ("patients:medicalrecord_download", "record"): (302, 403, 200, 404, 403, 200, 404),
    ("patients:medicalrecord_thumbnail", "picture"): (302, 403, 200, 404, 403, 200, 404),
    ("patients:medicalrecord_page", "pages"): (302, 403, 200, 404, 403, 200, 404),
    ("patients:medicalrecord_archive", "record"): (302, 403, 405, 404, 403, 403, 403),
    ("patients:medicalrecord_restore", "record"): (302, 403, 405, 404, 403, 403, 403),
    # Scheduling
    ("day", ""): (302, 200, 200, 200, 200, 403, 403),
    ("day_doctors", ""): (302, 200, 200, 200, 200, 403, 403),
    ("week", ""): (302, 200, 200, 200, 200, 403, 403),
    ("day_list", ""): (302, 200, 200, 200, 200, 403, 403),
    ("scheduling:appointment_list", ""): SIGNED_IN,
    ("scheduling:appointment_create", ""): (302, 403, 200, 200, 200, 403, 403),
    ("scheduling:appointment_create", "?patient"): (302, 403, 200, 404, 200, 403, 403),
    ("scheduling:patient_choose", ""): (302, 403, 200, 200, 200, 403, 403),
    ("scheduling:appointment_request", ""): (302, 403, 403, 403, 403, 200, 200),
    ("scheduling:slot_list", ""): (302, 403, 200, 200, 200, 200, 200),
    ("scheduling:appointment_detail", "visit"): (302, 200, 200, 404, 200, 200, 404),
    ("scheduling:appointment_confirm", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_check_in", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_undo_check_in", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_call", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_token", "arrived"): (302, 403, 200, 404, 200, 403, 403),
    ("scheduling:queue", ""): (302, 200, 403, 403, 200, 403, 403),
    ("scheduling:queue_screen", "screen key"): PUBLIC,
    ("scheduling:queue_screen_link", ""): (302, 200, 403, 403, 200, 403, 403),
    ("scheduling:appointment_no_show", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_cancel", "visit"): (302, 403, 200, 404, 200, 200, 404),
    ("scheduling:appointment_restore", "visit"): (302, 403, 405, 404, 405, 405, 404),
    ("scheduling:appointment_reschedule", "visit"): (302, 403, 200, 404, 200, 200, 404),
    ("scheduling:appointment_place", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:appointment_place_back", "visit"): (302, 403, 405, 404, 405, 403, 403),
    ("scheduling:series_create", ""): (302, 403, 403, 403, 200, 403, 403),
    ("scheduling:series_create", "?patient"): (302, 403, 403, 403, 200, 403, 403),
    ("scheduling:series_detail", "series"): (302, 200, 200, 404, 200, 200, 404),
    ("scheduling:series_move", "recurring"): (302, 403, 200, 404, 200, 403, 403),
    ("scheduling:series_cancel", "recurring"): (302, 403, 200, 404, 200, 403, 403),
    ("scheduling:availability_update", ""): (302, 403, 200, 200, 403, 403, 403),
    ("scheduling:exception_create", ""): (302, 403, 200, 200, 403, 403, 403),
    ("scheduling:exception_update", "exception"): (302, 403, 200, 404, 403, 403, 403),
    ("scheduling:exception_remove", "exception"): (302, 403, 200, 404, 403, 403, 403),
    ("scheduling:time_off_create", ""): (302, 403, 200, 200, 403, 403, 403),
    ("scheduling:time_off_update", "time off"): (302, 403, 200, 404, 403, 403, 403),
    ("scheduling:time_off_remove", "time off"): (302, 403, 200, 404, 403, 403, 403),
    ("scheduling:notice_preference", "patient"): (302, 403, 403, 403, 403, 200, 404),
    ("scheduling:calendar_feed", ""): (302, 403, 200, 200, 403, 200, 200),
    ("scheduling:calendar_feed_revoke", "feed"): (302, 403, 405, 404, 403, 404, 404),
    ("scheduling:calendar_file", "key"): PUBLIC,
    ("scheduling:waiting_list", ""): (302, 200, 403, 403, 200, 403, 403),
    ("scheduling:waiting_create", ""): (302, 403, 403, 403, 302, 200, 200),
    ("scheduling:waiting_create", "?patient"): (302, 403, 403, 403, 200, 200, 200),
    ("scheduling:waiting_update", "wish"): (302, 403, 403, 403, 200, 403, 403),
    ("scheduling:waiting_remove", "wish"): (302, 403, 403, 403, 200, 200, 404),
    ("scheduling:waiting_return", "wish"): (302, 403, 403, 403, 405, 405, 404),
    ("scheduling:offer_create", ""): (302, 403, 403, 403, 404, 403, 403),
    ("scheduling:offer_book", "offer"): (302, 403, 403, 403, 405, 403, 403),
    ("scheduling:offer_withdraw", "offer"): (302, 403, 403, 403, 405, 403, 403),
    ("scheduling:offer_accept", "offer key"): PUBLIC,
    # Clinical
    ("clinical:consultation_create", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:consultation_start", "waiting"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:consultation_update", "consultation"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:consultation_complete", "consultation"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:consultation_archive", "consultation"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:consultation_detail", "completed"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:note_draft", "consultation"): (302, 403, 405, 405, 403, 403, 403),
    ("clinical:note_template_create", "consultation"): (302, 403, 302, 404, 403, 403, 403),
    ("clinical:note_template_update", "note template"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:history", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:records", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:remedy_timeline", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:snippet_list", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:snippet_menu", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:snippet_create", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:snippet_update", "snippet"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:snippet_favourite", "snippet"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:snippet_remove", "snippet"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:addendum_create", "completed"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:evidence", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:evidence_case_list", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:follow_up_list", ""): (302, 200, 200, 200, 200, 403, 403),
    ("clinical:follow_up_create", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:follow_up_unanswered", "follow up"): (302, 403, 403, 403, 405, 403, 403),
    ("clinical:follow_up_forget_unanswered", "follow up"): (302, 403, 403, 403, 405, 403, 403),
    ("clinical:follow_up_decline", "follow up"): (302, 403, 403, 403, 405, 403, 403),
    ("clinical:follow_up_return", "follow up"): (302, 403, 403, 403, 405, 403, 403),
    ("clinical:prescription_list", ""): (302, 403, 200, 200, 403, 200, 200),
    ("clinical:prescription_create", "consultation"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:patient_prescription_create", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:prescription_detail", "prescription"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:prescription_update", "draft"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:prescription_archive", "draft"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:prescription_replace", "prescription"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:prescription_reading", "patient"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:remedy_search", ""): (302, 403, 405, 405, 403, 403, 403),
    ("clinical:prescription_template_list", ""): (302, 403, 200, 200, 403, 403, 403),
    ("clinical:prescription_template_update", "template"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:prescription_template_archive", "template"): (302, 403, 405, 404, 403, 403, 403),
    ("clinical:prescription_print", "prescription"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:prescription_print", "draft"): (302, 403, 404, 404, 403, 404, 404),
    ("clinical:prescription_labels", "prescription"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:letter_certify", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:letter_refer", "patient"): (302, 403, 200, 404, 403, 403, 403),
    ("clinical:letter_detail", "letter"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:letter_print", "letter"): (302, 403, 200, 404, 403, 200, 404),
    ("clinical:letter_archive", "letter"): (302, 403, 200, 404, 403, 403, 403),
    ("prescription_check", "code"): PUBLIC,
    # Billing
    ("billing:invoice_list", ""): (302, 200, 403, 403, 200, 200, 200),
    ("billing:invoice_create", "patient"): (302, 403, 403, 403, 200, 403, 403),
    ("billing:invoice_detail", "invoice"): (302, 200, 403, 403, 200, 200, 404),
    ("billing:invoice_update", "invoice"): (302, 403, 403, 403, 200, 403, 403),
    ("billing:invoice_pay", "invoice"): (302, 403, 403, 403, 200, 403, 403),
    ("billing:invoice_refund", "paid"): (302, 403, 403, 403, 200, 403, 403),
    ("billing:invoice_archive", "invoice"): (302, 403, 403, 403, 200, 403, 403),
}


def address(name: str, kind: str, rows: dict) -> str:
    """Return the path of a row of the table, about the rows of `world`."""
    if kind == "screen key":
        return f"{reverse(name)}?key={SchedulingRules.objects.current().screen_key}"
    if kind.startswith("?"):
        return f"{reverse(name)}?{kind[1:]}={rows[kind[1:]].pk}"
    match kind:
        case "":
            kwargs = {}
        case "reset":
            kwargs = {"uidb36": "x", "key": "y"}
        case "key":
            kwargs = {"key": rows["feed"].key}
        case "offer key":
            kwargs = {"key": rows["offer"].key}
        case "code":
            kwargs = {"code": rows["prescription"].check_code}
        case "pages":
            kwargs = {"pk": rows[kind].pk, "number": 1}
        case _:
            kwargs = {"pk": rows[kind].pk}
    return reverse(name, kwargs=kwargs)
