"""The address to which a window sends its draft while somebody types."""

from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from clinical import services
from clinical.sheet import Sheet
from homeo.base.fields import CUID_LENGTH
from homeo.base.forms import VERSION_FIELD
from homeo.base.templatetags.homeo import clock
from homeo.base.views import AccessMixin

VERSION_LENGTH = 40


class NoteDraftView(AccessMixin, View):
    """Keep a draft; the answer is JSON: `saved`, a clock time, and `elsewhere`, what to say where the note changed.

    It shows nothing of a patient, so it is not written into the audit log.
    """

    permission_required = "clinical.change_consultation"
    http_method_names = ["post"]

    def post(self, request, pk):
        """Keep what was typed, whatever has happened elsewhere."""
        window, adopted = (request.POST.get(name, "") for name in ("window", "adopted"))
        if len(window) != CUID_LENGTH or len(adopted) > CUID_LENGTH or len(pk) > CUID_LENGTH:
            raise BadRequest("Not a window of ours.")
        kept = services.keep_draft(
            actor=request.user,
            consultation_id=pk,
            window=window,
            version=request.POST.get(VERSION_FIELD, "")[:VERSION_LENGTH],
            seen=request.POST.get("seen", ""),
            adopted=adopted,
            fields=dict(Sheet.from_post(dict(request.POST.lists())).as_post().lists()),
        )
        if kept is None:
            raise Http404
        words = {
            "CHANGED": _("This note was changed in another window. Nothing is lost: compare both versions."),
            "SIGNED": _("This note was signed in another window. What you typed here is kept: it can be an addendum."),
        }
        return JsonResponse(
            {
                "saved": clock(kept.at) + f":{kept.at:%S}",
                "elsewhere": words.get(kept.elsewhere, ""),
                "kind": kept.elsewhere,
            }
        )
