"""The base of our pages in the Django admin."""

from homeo.base.admin.forms import AdminAddForm, AdminChangeForm
from homeo.base.admin.jobs import JobAdmin
from homeo.base.admin.tables import ArchivedFilter, ClinicalMixin, OfPatientAdmin, TableAdmin, TableInline

__all__ = [
    "AdminAddForm",
    "AdminChangeForm",
    "ArchivedFilter",
    "ClinicalMixin",
    "JobAdmin",
    "OfPatientAdmin",
    "TableAdmin",
    "TableInline",
]
