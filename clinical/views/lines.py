"""What the buttons beside lines do: they change what stands in a form, and save nothing of it."""

import json

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinical import services
from clinical.lines import values_of
from clinical.models import Prescription, PrescriptionTemplate
from homeo.base.errors import DomainError
from homeo.base.fields import CUID_LENGTH


class LinesMixin:
    """A page with lines for `patient`, which may take the place of `replaced`.

    Its buttons: `add_line`, `repeat` (an earlier prescription), `templates` (offer the doctor's), `insert` (one of
    them), and `keep` (a row, or all, under `template_name`).
    """

    LINE_BUTTONS = ("add_line", "repeat", "insert", "keep", "templates")
    replaced = None

    @property
    def is_about_lines(self) -> bool:
        """Tell whether one of the buttons was pressed."""
        return any(name in self.request.POST for name in self.LINE_BUTTONS)

    def changed_lines(self, form) -> tuple:
        """Return the form as the button leaves it, and what there is to show: `said`, `refused`, `own_templates`.

        Where a line that is to be kept is not right, it is the form that was sent, with its errors.
        """
        post = self.request.POST
        if "repeat" in post:
            return self._with(form, self.earlier, post["repeat"]), {}
        if "insert" in post:
            return self._with(form, self.own_templates.with_items(), post["insert"]), {}
        if "keep" in post:
            return self._kept(form, post["keep"])
        if "templates" in post:
            return form.with_lines(), {"own_templates": self.own_templates.with_count()}
        return form.with_lines(is_longer=True), {}

    def _with(self, form, queryset, pk: str):
        chosen = queryset.filter(pk=pk[:CUID_LENGTH]).first()
        if chosen is None:
            raise Http404
        return form.with_lines([values_of(item) for item in chosen.items.all()], notes=chosen.notes)

    def _kept(self, form, prefix: str):
        lines = form.kept_lines(prefix)
        if lines is None:
            return form, {}
        name = self.request.POST.get("template_name", "")
        if prefix and lines:
            name = f"{lines[0]['remedy'] or lines[0]['medicine_name']} {lines[0]['potency']}".strip()
        try:
            template = services.keep_prescription_template(
                actor=self.request.user, name=name[:80], items=lines, notes="" if prefix else form["notes"].value()
            )
        except DomainError as error:
            return form.with_lines(), {"refused": error.message}
        return form.with_lines(), {"said": _("“%(name)s” is kept.") % {"name": template.name}}

    @cached_property
    def earlier(self):
        """Return the patient's signed prescriptions that the doctor may see, latest first."""
        seen = Prescription.objects.for_user(self.request.user).active().current().filter(patient=self.patient)
        return seen.with_items().latest_first()

    @cached_property
    def own_templates(self):
        """Return the doctor's templates."""
        return PrescriptionTemplate.objects.for_user(self.request.user).active()

    def lines_context(self, form, last: Prescription | None) -> dict:
        """Let the form read its lines beside `last`, and return what shows them."""
        form.read(patient=self.patient, last=last, besides=self.replaced)
        check = reverse("clinical:prescription_reading", args=[self.patient.pk])
        given = [item.remedy_id for item in last.items.all() if item.remedy_id] if last and not self.replaced else []
        return {
            "after": json.dumps({"after": given}) if given else "",
            "replaced": self.replaced,
            "last_prescription": last,
            "own_templates": None,
            "check_url": f"{check}?besides={self.replaced.pk}" if self.replaced else check,
            "url": self.request.path,
        }
