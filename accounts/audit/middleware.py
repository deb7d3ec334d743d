"""One entry for each page that shows one patient's data."""

from accounts.audit import bulk
from accounts.audit.entries import entry
from accounts.models import AuditLog

# Also a form that comes back with an error or a conflict shows what is stored.
SHOWN = frozenset({200, 409, 422})


def record_patient_pages(get_response):
    """Write who opened which patient's data, once the page was answered."""

    def middleware(request):
        response = get_response(request)
        if response.status_code in SHOWN:
            entries = [
                entry(
                    action=AuditLog.Action.VIEW,
                    entity="Patient",
                    entity_id=patient_id,
                    user=request.user,
                    patient_id=patient_id,
                    changes={"page": request.resolver_match.view_name},
                    request=request,
                )
                for patient_id in getattr(request, "shown_patient_ids", ())
            ]
            if entries:
                bulk.log(entries)
        return response

    return middleware
