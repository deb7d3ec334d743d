"""What billing does when a consultation is completed."""

from billing import services
from clinical.signals import consultation_completed


def connect() -> None:
    """Connect the receiver."""
    consultation_completed.connect(bill_consultation, dispatch_uid="billing_consultation_completed")


def bill_consultation(sender, consultation, actor, **kwargs) -> None:
    """Draft the invoice of a completed consultation."""
    services.draft_invoice(actor=actor, consultation=consultation)
