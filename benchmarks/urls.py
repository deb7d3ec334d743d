"""The clinic's addresses, and the floor that its pages are compared with."""

from django.urls import include, path
from django.views.generic import DetailView

from homeo.base.views import AccessMixin
from scheduling.models import Doctor


class FloorView(AccessMixin, DetailView):
    """The least that a signed-in page does: read one row and extend the layout."""

    permission_required = "scheduling.view_day"
    model = Doctor
    template_name = "floor.html"


urlpatterns = [
    path("floor/<slug:pk>/", FloorView.as_view(), name="floor"),
    path("", include("homeo.urls")),
]
