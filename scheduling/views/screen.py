"""The wall screen of the waiting room, and the link that opens it."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import View

from homeo.base.views import OnceFormView, PublicMixin
from homeo.base.views.live import answer_live
from scheduling import services
from scheduling.forms.queue import ScreenLinkForm
from scheduling.models import SchedulingRules
from scheduling.queue import called_of, queues_of, read_screen, version_of

COOKIE = "queue_screen"
COOKIE_AGE = dt.timedelta(days=400)  # browsers keep none for longer


class QueueScreenView(PublicMixin, View):
    """Show which token is called to which doctor, who is inside and who is next, without names of patients.

    Whoever has the key may look: by `?key=` once, from then on by a cookie for this address. Another key, or none, is
    404. The page reads no session: it is the same for everybody.
    """

    http_method_names = ["get", "head"]

    def get(self, request):
        """Answer with the page, or the script with the part that changes."""
        given = request.GET.get("key", "")
        key = given or request.get_signed_cookie(COOKIE, "", salt=COOKIE)
        if not constant_time_compare(key, SchedulingRules.objects.current().screen_key):
            raise Http404
        response = self.show(request)
        if given:
            response.set_signed_cookie(
                COOKIE,
                key,
                salt=COOKIE,
                max_age=COOKIE_AGE,
                path=request.path,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    def show(self, request) -> HttpResponse:
        """Return the waiting room as it is now."""
        now = timezone.localtime()
        visits = read_screen(now.date())
        version, queues = version_of(visits, now), queues_of(visits)
        context = {"queues": queues, "called": called_of(queues), "now": now, "version": version}
        # Without the request: a template that got it would ask who is signed in.
        if request.htmx:
            return answer_live(
                request, version, lambda: HttpResponse(render_to_string("scheduling/_queue_screen.html", context))
            )
        clinic = {"name": settings.CLINIC_NAME}
        return HttpResponse(render_to_string("scheduling/queue_screen.html", context | {"clinic": clinic}))


class ScreenLinkView(OnceFormView):
    """Show the link of the wall screen to the desk; POST renews it, which an admin may."""

    form_class = ScreenLinkForm
    template_name = "scheduling/queue_screen_link.html"
    success_url = reverse_lazy("scheduling:queue_screen_link")
    permission_required = "scheduling.view_queue"

    def get_permission_required(self):
        """Ask for more where the link is renewed."""
        renewing = ["scheduling.change_schedulingrules"] if self.request.method == "POST" else []
        return [*super().get_permission_required(), *renewing]

    def get_context_data(self, **kwargs):
        """Add the link."""
        query = urlencode({"key": SchedulingRules.objects.current().screen_key})
        address = self.request.build_absolute_uri(f"{reverse('scheduling:queue_screen')}?{query}")
        return super().get_context_data(address=address, **kwargs)

    def perform(self, form):
        """Renew it."""
        return services.renew_screen_key(actor=self.request.user)

    def get_success_message(self):
        """Say what to do now."""
        return _("The link is renewed: open the new one on each screen.")
