"""The first page after sign-in: one address, a dashboard for each role."""

from django.views.generic import View

from accounts.models import Role
from homeo.base.views import AccessMixin
from homeo.dashboards.views.consulting import ConsultingRoomView
from homeo.dashboards.views.day import DayView
from homeo.dashboards.views.figures import FiguresView
from homeo.dashboards.views.own import OwnPageView

DASHBOARDS = {
    Role.ADMIN: FiguresView.as_view(),
    Role.DOCTOR: ConsultingRoomView.as_view(),
    Role.PATIENT: OwnPageView.as_view(),
    Role.RECEPTIONIST: DayView.as_view(),
}


class HomeView(AccessMixin, View):
    """Hand the request to the dashboard of the person's role, which asks for its own permission."""

    permission_required = "dashboards.view_home"

    def get(self, request):
        """Answer with the person's dashboard."""
        return DASHBOARDS[request.user.role](request)
