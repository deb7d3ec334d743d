"""A page of two steps: a rule, then all dates that it means, each to keep or to change."""

from django.utils.functional import cached_property

from homeo.base.forms import TOKEN_FIELD
from homeo.base.models import Submission
from homeo.base.views.access import shows_patient
from patients.models import Patient
from scheduling.planning import Conflict, Planner, Time, Wish

PREVIEW = "preview"


class PreviewMixin:
    """Two steps: a rule in the address (`?preview=1`), then all dates that it means, each to keep or to change.

    The dates are read again on every answer, so that a time that was lost meanwhile shows in its row (409).
    """

    rule_class = None
    rule_template_name = None

    def rule_kwargs(self) -> dict:
        """Return what the form of the rule needs beside the address."""
        return {"user": self.request.user}

    def rule_initial(self) -> dict:
        """Return with what the form of the rule begins."""
        return {}

    def get_wishes(self) -> list[Wish]:
        """Return the visits that the rule means."""
        raise NotImplementedError

    def get_plan_patient(self) -> Patient:
        """Return whose visits they are."""
        raise NotImplementedError

    @cached_property
    def rule(self):
        """Return the form of the rule, bound to the address where the dates are asked for."""
        asked = self.request.GET
        if PREVIEW in asked:
            return self.rule_class(asked, **self.rule_kwargs())
        known = {name: asked[name] for name in self.rule_class.base_fields if asked.get(name)}
        return self.rule_class(initial=self.rule_initial() | known, **self.rule_kwargs())

    @cached_property
    def wishes(self) -> list[Wish]:
        """Return the visits that the rule means."""
        return self.get_wishes()

    def get(self, request, *args, **kwargs):
        """Show the dates of a valid rule, else the rule."""
        return super().get(request, *args, **kwargs) if self.rule.is_valid() else self.ask_rule()

    def post(self, request, *args, **kwargs):
        """Make the change, if the address holds a valid rule; what was done already is answered as success."""
        if self.rule.is_valid():
            return super().post(request, *args, **kwargs)
        before = Submission.objects.filter(pk=request.POST.get(TOKEN_FIELD)).first()
        return self.repeat(before) if before else self.ask_rule()

    def ask_rule(self):
        """Show the form of the rule; 422 where it was filled in wrong."""
        context = self.get_rule_context() | {"rule": self.rule, "view": self}
        status = 422 if self.rule.is_bound else 200
        return self.response_class(
            self.request, [self.rule_template_name], context, status=status, using=self.template_engine
        )

    def get_rule_context(self) -> dict:
        """Return what the page of the rule shows beside its form."""
        return {}

    def get_form_kwargs(self):
        """Tell the form the dates and the doctor."""
        return super().get_form_kwargs() | {"wishes": self.wishes, "doctor": self.rule.cleaned_data["doctor"]}

    def form_invalid(self, form):
        """Show the dates again with what was chosen; a time lost in the meantime is a conflict (409)."""
        status = 409 if form.refusals else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs):
        """Add a row for each date."""
        context = super().get_context_data(**kwargs)
        form, doctor = context["form"], self.rule.cleaned_data["doctor"]
        days, moving = [wish.day for wish in self.wishes], [wish.visit for wish in self.wishes if wish.visit]
        rows = Planner(doctor, self.get_plan_patient(), days, besides=moving).plan(self.wishes, form.chosen)
        self._mark_refused(form, rows)
        for row in rows:
            for conflict in (row.conflict, row.lost):
                if conflict and conflict.clash:
                    shows_patient(self.request, conflict.clash.patient_id)
        query = self.request.GET.copy()
        query.pop(PREVIEW, None)
        return context | {
            "doctor": doctor,
            "rows": [(row, form[f"take_{n}"].errors) for n, row in enumerate(rows)],
            "conflicts": sum(row.conflict is not None for row in rows),
            "back": f"{self.request.path}?{query.urlencode()}",
        }

    def _mark_refused(self, form, rows) -> None:
        """Mark rows that the service refused for a reason that the calendar does not show."""
        places = [n for n, chosen in enumerate(form.chosen or []) if chosen is not None]
        for place, error in form.refusals.items():
            row = rows[places[place]]
            row.lost = row.lost or Conflict(error.message, clash=getattr(error, "clash", None))

    def chosen_wishes(self, form) -> list[tuple[Wish, Time]]:
        """Return the wishes that are not left out, each with the time chosen for it."""
        return [(wish, time) for wish, time in zip(self.wishes, form.chosen, strict=True) if time is not None]
