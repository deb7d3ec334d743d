"""The doctor's home: today's patients."""

from django.utils import timezone
from django.views.generic import TemplateView

from homeo.base.views import AccessMixin
from homeo.base.views.live import LiveMixin
from homeo.dashboards.consulting import read_consulting_day, read_consulting_version


class ConsultingRoomView(LiveMixin, AccessMixin, TemplateView):
    """Show who has arrived, who comes next, and what the doctor has left unfinished."""

    permission_required = "dashboards.view_consulting_room"
    template_name = "dashboards/consulting.html"
    part_template_name = "dashboards/_consulting.html"

    def read_version(self):
        """Return the word for the doctor's visits of today."""
        return read_consulting_version(self.request.user, now=timezone.localtime())

    def get_context_data(self, **kwargs):
        """Add the doctor's day."""
        now = timezone.localtime()
        return super().get_context_data(now=now, day=read_consulting_day(self.request.user, now=now), **kwargs)
