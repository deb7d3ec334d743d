"""What happens to a visit, told to the apps above; receivers run inside the transaction of the change."""

from django.dispatch import Signal

appointment_checked_in = Signal()
"""Sent with `appointment` and `actor` when a patient has arrived."""

appointment_check_in_undone = Signal()
"""Sent with `appointment` and `actor` when it was taken back that a patient has arrived."""

appointment_not_attended = Signal()
"""Sent with `appointment` and `actor` when a patient did not come."""

appointment_cancelled = Signal()
"""Sent with `appointment` and `actor` when a visit was cancelled or moved away."""
