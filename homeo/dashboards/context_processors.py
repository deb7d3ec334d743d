"""The main navigation of the signed-in pages."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation."""

    label: str
    icon: str
    url: str
    key: str = ""
    is_current: bool = False


HOME = (_("Today"), "calendar-event", "home", "t")
NAVIGATION = {
    Role.ADMIN: [
        (_("Figures"), "chart-bar", "home", "t"),
        (_("Accounts"), "users", "admin:accounts_user_changelist", ""),
        (_("Tables"), "list", "admin:index", ""),
        (_("Audit"), "shield-lock", "auditlog_list", ""),
    ],
    Role.DOCTOR: [
        HOME,
        (_("Visits"), "list", "scheduling:appointment_list", ""),
        (_("Patients"), "users", "patients:patient_list", ""),
        (_("Prescriptions"), "pill", "clinical:prescription_list", ""),
        (_("My hours"), "clock", "scheduling:availability_update", ""),
        (_("Evidence"), "chart-bar", "clinical:evidence", ""),
    ],
    Role.RECEPTIONIST: [
        HOME,
        (_("Visits"), "list", "scheduling:appointment_list", ""),
        (_("Patients"), "users", "patients:patient_list", ""),
        (_("Billing"), "receipt-rupee", "billing:invoice_list", ""),
        (_("Waiting list"), "hourglass", "scheduling:waiting_list", ""),
        (_("Calls"), "phone", "clinical:follow_up_list", ""),
    ],
    Role.PATIENT: [
        (_("Home"), "home", "home", ""),
        (_("Visits"), "calendar", "scheduling:appointment_list", ""),
        (_("Medicines"), "pill", "clinical:prescription_list", ""),
        (_("Documents"), "files", "patients:medicalrecord_list", ""),
        (_("Bills"), "receipt-rupee", "billing:invoice_list", ""),
    ],
}


def navigation(request) -> dict:
    """Add the entries for the role of the person, the present one marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    entries = []
    for label, icon, name, key in NAVIGATION.get(user.role, ()):
        url = reverse(name)
        is_current = request.path == url or (url != "/" and request.path.startswith(url))
        entries.append(NavItem(label, icon, url, key, is_current))
    return {"nav": entries}
