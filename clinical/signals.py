"""What happens in the consulting room, told to the apps above; receivers run inside the transaction of the change."""

from django.dispatch import Signal

consultation_completed = Signal()
"""Sent with `consultation` and `actor` when the doctor has completed and signed a consultation."""
