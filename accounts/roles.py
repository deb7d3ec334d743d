"""What each role may do: the one table that views, templates and the Django admin ask.

Which rows a permission reaches is the business of each QuerySet's `for_user()`.
"""

from accounts.models import Role

EVERYBODY = frozenset({"accounts.change_own_profile", "dashboards.view_home"})

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMIN: EVERYBODY
    | {
        "accounts.add_user",
        "accounts.change_user",
        "accounts.export_auditlog",
        "accounts.view_auditlog",
        "accounts.view_user",
        "billing.export_invoice",
        "base.view_submission",
        "billing.view_invoice",
        "billing.view_report",
        "clinical.view_consultation_admin",
        "clinical.view_prescription_admin",
        "clinical.view_prescriptionitem_admin",
        "dashboards.view_figures",
        "patients.add_guardian",
        "patients.archive_patient",
        "patients.change_patient",
        "patients.export_patient",
        "patients.search_patient",
        "patients.view_guardian",
        "patients.view_patient",
        "patients.view_medicalrecord_admin",
        "scheduling.add_doctor",
        "scheduling.add_doctoravailability",
        "scheduling.change_appointment",
        "scheduling.change_doctor",
        "scheduling.change_doctoravailability",
        "scheduling.export_appointment",
        "scheduling.view_appointment",
        "scheduling.view_doctor",
        "scheduling.view_doctoravailability",
        "scheduling.view_day",
    },
    Role.DOCTOR: EVERYBODY
    | {
        "billing.view_own_figures",
        "clinical.add_consultation",
        "clinical.add_prescription",
        "clinical.archive_consultation",
        "clinical.archive_prescription",
        "clinical.change_consultation",
        "clinical.change_prescription",
        "clinical.view_consultation",
        "clinical.view_prescription",
        "dashboards.view_consulting_room",
        "patients.add_medicalrecord",
        "patients.change_clinical_notes",
        "patients.search_patient",
        "patients.view_chart",
        "patients.view_clinical_notes",
        "patients.view_medicalrecord",
        "patients.view_patient",
        "scheduling.cancel_appointment",
        "scheduling.change_own_availability",
        "scheduling.check_in_appointment",
        "scheduling.confirm_appointment",
        "scheduling.mark_no_show_appointment",
        "scheduling.overbook_appointment",
        "scheduling.view_appointment",
        "scheduling.view_day",
        "scheduling.view_doctoravailability",
        "scheduling.view_slot",
    },
    Role.RECEPTIONIST: EVERYBODY
    | {
        "billing.add_invoice",
        "billing.change_invoice",
        "billing.export_invoice",
        "billing.take_payment",
        "billing.view_invoice",
        "patients.add_guardian",
        "patients.add_patient",
        "patients.change_patient",
        "patients.export_patient",
        "patients.search_patient",
        "patients.view_patient",
        "scheduling.add_appointment",
        "scheduling.cancel_appointment",
        "scheduling.check_in_appointment",
        "scheduling.confirm_appointment",
        "scheduling.export_appointment",
        "scheduling.mark_no_show_appointment",
        "scheduling.overbook_appointment",
        "scheduling.reschedule_appointment",
        "scheduling.view_appointment",
        "scheduling.view_day",
        "scheduling.view_doctoravailability",
        "scheduling.view_slot",
    },
    Role.PATIENT: EVERYBODY
    | {
        "accounts.view_own_accesses",
        "billing.view_invoice",
        "clinical.view_consultation",
        "clinical.view_prescription",
        "dashboards.view_own_page",
        "patients.change_own_contact",
        "patients.view_clinical_notes",
        "patients.view_medicalrecord",
        "patients.view_own_medicalrecords",
        "patients.view_patient",
        "scheduling.cancel_appointment",
        "scheduling.request_appointment",
        "scheduling.reschedule_appointment",
        "scheduling.view_appointment",
        "scheduling.view_slot",
    },
}


def permissions_of(user) -> frozenset[str]:
    """Return the permissions of the person's role; none for an unknown role or an account that is not active."""
    if not getattr(user, "is_active", False):
        return frozenset()
    return ROLE_PERMISSIONS.get(getattr(user, "role", None), frozenset())
