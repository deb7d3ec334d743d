"""The patients app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    """Patients, their guardians and documents."""

    name = "patients"
    verbose_name = _("Patients")
