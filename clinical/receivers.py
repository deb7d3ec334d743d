"""What the consulting room does when a visit changes."""

from clinical import services
from clinical.models import Consultation
from patients import treating
from scheduling import signals


def connect() -> None:
    """Register the source of treated patients and connect the receivers."""
    treating.register(patients_consulted_by)
    signals.appointment_checked_in.connect(prepare_consultation, dispatch_uid="clinical_checked_in")
    signals.appointment_check_in_undone.connect(cancel_consultation, dispatch_uid="clinical_check_in_undone")
    signals.appointment_not_attended.connect(note_absence, dispatch_uid="clinical_not_attended")
    signals.appointment_cancelled.connect(cancel_consultation, dispatch_uid="clinical_cancelled")


def patients_consulted_by(doctor, first, last):
    """Return the ids of the patients with a consultation of the doctor's between two days."""
    consultations = Consultation.objects.written_by(doctor).filter(
        status__in=["SCHEDULED", "IN_PROGRESS", "COMPLETED"], scheduled_at__date__range=(first, last)
    )
    return consultations.values("patient")


def prepare_consultation(sender, appointment, actor, **kwargs) -> None:
    """Make the consultation that the arrived patient waits for."""
    services.schedule_consultation(actor=actor, appointment=appointment)


def note_absence(sender, appointment, actor, **kwargs) -> None:
    """Keep that the patient did not come."""
    services.record_no_show(actor=actor, appointment=appointment)


def cancel_consultation(sender, appointment, actor, **kwargs) -> None:
    """Call off the consultation of a visit that does not take place, or not yet."""
    services.cancel_consultation_of(actor=actor, appointment=appointment)
