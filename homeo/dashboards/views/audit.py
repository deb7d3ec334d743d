"""The audit log for admins, and for a patient who opened the own record."""

import re

from django.db.models import OuterRef, Q, Subquery, Value
from django.utils.translation import gettext_lazy as _

from accounts.filters import AccessFilter, AuditLogFilter
from accounts.models import AuditLog, Fold, User
from homeo.base.templatetags.homeo import moment
from homeo.base.views import ListPageView
from homeo.dashboards.audit import kind_of, lines, told_changes
from patients.models import Patient

FILE_NUMBER = re.compile(r"h[\s-]*0*(\d{1,9})", re.IGNORECASE)
LATEST_FIRST = {"-time": ("-created_at", "-id"), "time": ("created_at", "id")}


class AuditLogListView(ListPageView):
    """Show who did what, found by person, patient, action, kind and day; the list goes out as CSV too."""

    permission_required = "accounts.view_auditlog"
    export_permission = "accounts.export_auditlog"
    template_name = "dashboards/auditlog_list.html"
    model = AuditLog
    queryset = AuditLog.objects.select_related("user")
    filterset_class = AuditLogFilter
    orderings = LATEST_FIRST
    csv_columns = [
        (_("When"), lambda entry: moment(entry.created_at)),
        (_("Who"), lambda entry: entry.user or ""),
        (_("E-mail"), lambda entry: entry.user.email if entry.user else ""),
        (_("What"), lambda entry: entry.get_action_display()),
        (_("Kind"), lambda entry: kind_of(entry.entity)),
        (_("Id"), lambda entry: entry.entity_id),
        (_("File number"), lambda entry: f"H-{entry.file_no:05d}" if entry.file_no else ""),
        (_("Fields"), lambda entry: ", ".join(told_changes(entry))),
        (_("Page"), lambda entry: (entry.changes or {}).get("page", "")),
        (_("Address"), lambda entry: entry.ip_address),
    ]

    def search(self, queryset, text):
        """Return the entries by or about the people that `text` may mean, latest first."""
        if number := FILE_NUMBER.fullmatch(text.strip()):
            about = Patient.objects.filter(file_no=int(number[1]))
            condition = Q(patient_id__in=about.values("pk"))
        else:
            people = User.objects.filter(
                Q(*(Q(search_name__contains=Fold(Value(word))) for word in text.split())) | Q(email=text.lower())
            )
            about = Patient.objects.filter(user__in=people)
            condition = Q(user__in=people) | Q(patient_id__in=about.values("pk")) | Q(entity_id=text)
        return queryset.filter(condition).order_by("-created_at", "-id")

    def export(self):
        """Answer with the entries as CSV, with the file numbers of their patients."""
        patients = Patient.objects.filter(pk=OuterRef("patient_id"))
        self.queryset = self.queryset.annotate(file_no=Subquery(patients.values("file_no")))
        return super().export()

    def get_context_data(self, **kwargs):
        """Add the entries in words."""
        context = super().get_context_data(**kwargs)
        return context | {"lines": lines(context["page_obj"].object_list)}


class AccessListView(ListPageView):
    """Show a patient who else opened or changed the own record, or that of somebody in the patient's care."""

    permission_required = "accounts.view_own_accesses"
    template_name = "dashboards/access_list.html"
    filterset_class = AccessFilter
    orderings = LATEST_FIRST

    def get_scoped_queryset(self):
        """Return what others did with the records that the person may see."""
        patients = Patient.objects.for_user(self.request.user).values("pk")
        entries = AuditLog.objects.about_patients(patients).exclude(user=self.request.user)
        return entries.select_related("user")

    def get_context_data(self, **kwargs):
        """Add the entries in words, and whether they are about several patients."""
        context = super().get_context_data(**kwargs)
        told = lines(context["page_obj"].object_list)
        return context | {"lines": told, "names_patients": Patient.objects.for_user(self.request.user).count() > 1}
