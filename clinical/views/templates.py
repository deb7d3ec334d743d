"""A doctor's templates and favourites: the list, putting away."""

from django.urls import reverse
from django.utils.translation import gettext as _

from clinical import services
from clinical.models import PrescriptionTemplate
from homeo.base.views import ActionView, ListPageView


class TemplateListView(ListPageView):
    """The doctor's own templates with their lines."""

    permission_required = "clinical.change_prescriptiontemplate"
    queryset = PrescriptionTemplate.objects.active().with_items()
    template_name = "clinical/template_list.html"
    orderings = {"name": ("name", "pk"), "-updated_at": ("-updated_at", "-pk")}


class TemplateArchiveView(ActionView):
    """Put a template away."""

    permission_required = "clinical.change_prescriptiontemplate"
    queryset = PrescriptionTemplate.objects.all()

    def perform(self):
        """Put it away."""
        return services.archive_template(actor=self.request.user, template=self.object)

    def get_success_message(self) -> str:
        """Name it."""
        return _("“%(name)s” is put away.") % {"name": self.object.name}

    def get_success_url(self) -> str:
        """Stay on the list."""
        return reverse("clinical:template_list")
