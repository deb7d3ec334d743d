"""A doctor's templates and favourites: the list, changing, putting away."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from clinical import services
from clinical.forms import PrescriptionTemplateForm
from clinical.models import PrescriptionTemplate
from clinical.views.lines import LinesMixin
from homeo.base.views import ActionView, ListPageView, VersionedFormView


class PrescriptionTemplateListView(ListPageView):
    """The doctor's own templates with their lines."""

    permission_required = "clinical.change_prescriptiontemplate"
    queryset = PrescriptionTemplate.objects.active().with_items()
    template_name = "clinical/prescription_template_list.html"
    orderings = {"name": ("name", "pk"), "-updated_at": ("-updated_at", "-pk")}


class PrescriptionTemplateUpdateView(LinesMixin, VersionedFormView):
    """A template with its lines, by the form of a prescription."""

    permission_required = "clinical.change_prescriptiontemplate"
    queryset = PrescriptionTemplate.objects.active().with_items()
    form_class = PrescriptionTemplateForm
    template_name = "clinical/prescription_template_update.html"
    success_url = reverse_lazy("clinical:prescription_template_list")
    LINE_BUTTONS = ("add_line",)

    def get_form_kwargs(self):
        """Tell the form which template it is."""
        return super().get_form_kwargs() | {"template": self.object}

    def post(self, request, *args, **kwargs):
        """Show another line, or save."""
        if not self.is_about_lines:
            return super().post(request, *args, **kwargs)
        form, _said = self.changed_lines(self.get_form())
        return self.render_to_response(self.get_context_data(form=form))

    def perform(self, form):
        """Keep the change."""
        return services.change_prescription_template(
            actor=self.request.user,
            template=self.object,
            name=form.cleaned_data["name"],
            items=form.lines,
            notes=form.cleaned_data["notes"],
        )

    def get_success_message(self) -> str:
        """Name it."""
        return _("“%(name)s” is saved.") % {"name": self.object.name}


class PrescriptionTemplateArchiveView(ActionView):
    """Put a template away."""

    permission_required = "clinical.change_prescriptiontemplate"
    queryset = PrescriptionTemplate.objects.all()

    def perform(self):
        """Put it away."""
        return services.archive_prescription_template(actor=self.request.user, template=self.object)

    def get_success_message(self) -> str:
        """Name it."""
        return _("“%(name)s” is put away.") % {"name": self.object.name}

    def get_success_url(self) -> str:
        """Stay on the list."""
        return reverse("clinical:prescription_template_list")
