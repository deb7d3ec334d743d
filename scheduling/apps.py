"""The scheduling app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    """Tell the patients app that visits make a doctor a treating one."""

    name = "scheduling"
    verbose_name = _("Scheduling")

    def ready(self):
        """Register the source of treated patients, and join the chart."""
        from patients import treating  # noqa: PLC0415 - models must be loaded first
        from scheduling import chart  # noqa: PLC0415
        from scheduling.models import Appointment  # noqa: PLC0415

        def with_visit(doctor, first, last):
            visits = Appointment.objects.occupying().filter(doctor=doctor, appointment_date__range=(first, last))
            return visits.values("patient")

        treating.register(with_visit)
        chart.register()
