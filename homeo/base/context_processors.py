"""What every template may say of the clinic."""

from django.conf import settings


def clinic(request) -> dict:
    """Add the clinic's name, address and phone, and whether this is the demo."""
    return {
        "clinic": {
            "name": settings.CLINIC_NAME,
            "address": settings.CLINIC_ADDRESS,
            "phone": settings.CLINIC_PHONE,
        },
        "is_demo": settings.DEMO,
    }
