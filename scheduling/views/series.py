"""Pages of visits that recur: book them, see them, move and cancel them together."""

from itertools import count

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from homeo.base.templatetags.homeo import clock, day
from homeo.base.views import OnceFormView, ScopedObjectMixin
from homeo.base.views.access import shows_patient
from patients.models import Patient
from scheduling import services
from scheduling.availability import Length
from scheduling.forms.series import ChoicesForm, SeriesBookForm, SeriesCancelForm, SeriesForm, SeriesMoveForm, labelled
from scheduling.models import Appointment, Frequency, VisitSeries
from scheduling.planning import Wish
from scheduling.recurrence import Pattern
from scheduling.services import Move, Scope
from scheduling.views.preview import PREVIEW, PreviewMixin
from scheduling.views.slots import PatientChooseView
from scheduling.wording import rule_in_words


class SeriesCreateView(PreviewMixin, OnceFormView):
    """Book visits that recur, for `?patient=`: first the rule, then its dates with what stands in their way."""

    permission_required = "scheduling.add_appointment"
    template_name = "scheduling/series_preview.html"
    rule_template_name = "scheduling/series_create.html"
    rule_class = SeriesForm
    form_class = SeriesBookForm

    @cached_property
    def patient(self) -> Patient:
        """Return the patient named in the address, or raise 404."""
        patients = Patient.objects.for_user(self.request.user).with_account()
        patient = get_object_or_404(patients, pk=self.request.GET.get("patient"))
        shows_patient(self.request, patient.pk)
        return patient

    def get(self, request, *args, **kwargs):
        """Show the rule or its dates; first ask for the patient."""
        if not request.GET.get("patient"):
            return PatientChooseView.as_view()(request)
        return super().get(request, *args, **kwargs)

    def get_plan_patient(self):
        """Return the patient of the page."""
        return self.patient

    def rule_initial(self):
        """Begin with four weekly visits."""
        return {"pattern": Pattern.WEEKLY, "every": 1, "count": 4}

    def get_rule_context(self):
        """Add the patient."""
        return {"patient": self.patient}

    def get_wishes(self):
        """Return the dates of the rule."""
        data = self.rule.cleaned_data
        length = Length.of(data["doctor"], data["visit_type"])
        return [Wish(date, data["time"], length) for date in self.rule.dates()]

    def perform(self, form):
        """Book all of them."""
        data = self.rule.cleaned_data
        return services.book_series(
            actor=self.request.user,
            patient=self.patient,
            doctor=data["doctor"],
            visit_type=data["visit_type"],
            frequency=Frequency(data["pattern"]),
            interval=data["every"],
            times=[time for _wish, time in self.chosen_wishes(form)],
            notes=form.cleaned_data["notes"],
        )

    def get_success_message(self):
        """Say how many are booked, and for whom."""
        return _("%(count)d visits are booked for %(patient)s with %(doctor)s.") % {
            "count": self.result.count,
            "patient": self.patient.name,
            "doctor": self.result.doctor.display_name,
        }

    def get_success_url(self):
        """Go on to the series."""
        return reverse("scheduling:series_detail", args=[self.result.pk])

    def get_context_data(self, **kwargs):
        """Add the patient and the rule in words."""
        data = self.rule.cleaned_data
        words = rule_in_words(Pattern(data["pattern"]), every=data["every"], first=data["date"])
        return super().get_context_data(**{"patient": self.patient, "words": words} | kwargs)


class SeriesDetailView(ScopedObjectMixin, TemplateView):
    """The visits of a series, those that were moved left out: the new ones are there."""

    permission_required = "scheduling.view_appointment"
    queryset = VisitSeries.objects.select_related("patient__user", "doctor")
    template_name = "scheduling/series_detail.html"

    def get_context_data(self, **kwargs):
        """Add the visits, which of them comes next, and the rule in words."""
        series, user = self.object, self.request.user
        visits = (
            Appointment.objects.for_user(user)
            .filter(series=series)
            .exclude(status=Appointment.Status.RESCHEDULED)
            .with_people()
            .by_time()
        )
        visits = list(visits)
        now = timezone.now()
        coming = [v for v in visits if v.is_open and not v.checked_in_at and v.starts_at > now]
        words = rule_in_words(Pattern(series.frequency), every=series.interval, first=series.first_date)
        return super().get_context_data(
            **{
                "series": series,
                "visits": visits,
                "numbered": _numbered(visits),
                "upcoming": coming,
                "first_coming": coming[0] if coming else None,
                "words": words,
                "can_change": user.has_perm("scheduling.change_visitseries"),
                "can_move": user.has_perm("scheduling.reschedule_appointment")
                and user.has_perm("scheduling.change_visitseries"),
            }
            | kwargs
        )


def _numbered(visits: list[Appointment]) -> list[tuple[int | None, Appointment]]:
    """Return each visit with its number; those that are cancelled have none and do not count."""
    numbers = count(1)
    return [(None if visit.status == Appointment.Status.CANCELLED else next(numbers), visit) for visit in visits]


class OfSeriesMixin(ScopedObjectMixin):
    """A visit of a series, from which the series is changed."""

    queryset = Appointment.objects.filter(series__isnull=False).with_people().select_related("series")

    @cached_property
    def reached(self) -> dict[str, list[Appointment]]:
        """Return the visits that each scope reaches."""
        every = services.changeable_visits(actor=self.request.user, appointment=self.object, scope=Scope.ALL)
        when = (self.object.appointment_date, self.object.appointment_time)
        return {
            Scope.ONE: [visit for visit in every if visit.pk == self.object.pk],
            Scope.FOLLOWING: [v for v in every if (v.appointment_date, v.appointment_time) >= when],
            Scope.ALL: every,
        }

    @property
    def numbers(self) -> dict[str, int]:
        """Return how many visits each scope reaches."""
        return {scope: len(visits) for scope, visits in self.reached.items()}

    def get(self, request, *args, **kwargs):
        """Show the form, unless nothing of the series lies ahead."""
        if not self.reached[Scope.ALL]:
            messages.error(request, _("No visit of this series lies ahead."))
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_success_url(self):
        """Go on to the series."""
        return reverse("scheduling:series_detail", args=[self.object.series_id])

    def get_usual_scope(self) -> str:
        """Return the scope that is chosen at first."""
        return Scope.FOLLOWING if self.numbers[Scope.FOLLOWING] else Scope.ALL


class SeriesMoveView(OfSeriesMixin, PreviewMixin, OnceFormView):
    """Move the following or all visits of a series to another weekday, time or doctor."""

    permission_required = ("scheduling.reschedule_appointment", "scheduling.change_visitseries")
    template_name = "scheduling/series_preview.html"
    rule_template_name = "scheduling/series_move.html"
    rule_class = SeriesMoveForm
    form_class = ChoicesForm

    def get(self, request, *args, **kwargs):
        """Show the form; one visit alone is moved on its own page."""
        if PREVIEW in request.GET and request.GET.get("scope") == Scope.ONE and self.rule.is_valid():
            query = request.GET.copy()
            for name in ("scope", PREVIEW):
                query.pop(name, None)
            url = reverse("scheduling:appointment_reschedule", args=[self.object.pk])
            return HttpResponseRedirect(f"{url}?{query.urlencode()}")
        return super().get(request, *args, **kwargs)

    @cached_property
    def rule(self):
        """Return the form of the rule, with the scopes that reach a visit."""
        form = super().rule
        form.fields["scope"].choices = labelled(self.numbers)
        return form

    def rule_kwargs(self):
        """Tell the form which visit moves."""
        return super().rule_kwargs() | {"visit": self.object}

    def rule_initial(self):
        """Begin with where the visit is."""
        visit = self.object
        return {
            "scope": self.get_usual_scope(),
            "doctor": visit.doctor_id,
            "date": visit.appointment_date,
            "time": visit.appointment_time,
        }

    def get_rule_context(self):
        """Add the visit."""
        return {"object": self.object}

    def get_plan_patient(self):
        """Return the patient of the series."""
        return self.object.patient

    def get_wishes(self):
        """Return the visits, each as many days on as this one."""
        data = self.rule.cleaned_data
        days = data["date"] - self.object.appointment_date
        return [
            Wish(
                visit.appointment_date + days,
                data["time"],
                Length.after_move(visit, data["doctor"]),
                visit,
            )
            for visit in self.reached[data["scope"]]
        ]

    def perform(self, form):
        """Move all of them."""
        moves = [Move(wish.visit, *time) for wish, time in self.chosen_wishes(form)]
        return services.move_visits(actor=self.request.user, doctor=self.rule.cleaned_data["doctor"], moves=moves)

    def get_success_message(self):
        """Say how many have moved."""
        number = len(self.result)
        return ngettext("%(count)d visit is moved.", "%(count)d visits are moved.", number) % {"count": number}

    def get_context_data(self, **kwargs):
        """Add the patient and where the visits go, in words."""
        data = self.rule.cleaned_data
        words = _("this visit to %(day)s, %(time)s, the others by as many days") % {
            "day": day(data["date"]),
            "time": clock(data["time"]),
        }
        return super().get_context_data(**{"patient": self.object.patient, "words": words, "is_move": True} | kwargs)


class SeriesCancelView(OfSeriesMixin, OnceFormView):
    """Call off one, the following or all visits of a series."""

    permission_required = ("scheduling.cancel_appointment", "scheduling.change_visitseries")
    template_name = "scheduling/series_cancel.html"
    form_class = SeriesCancelForm

    def get_initial(self):
        """Begin with this visit and those that follow."""
        return super().get_initial() | {"scope": self.get_usual_scope()}

    def get_form_kwargs(self):
        """Tell the form how many visits each scope reaches."""
        return super().get_form_kwargs() | {"numbers": self.numbers}

    def perform(self, form):
        """Cancel them."""
        return services.cancel_visits(
            actor=self.request.user,
            appointment=self.object,
            scope=form.cleaned_data["scope"],
            reason=form.cleaned_data["cancel_reason"],
            expected=form.expected_number,
        )

    def get_success_message(self):
        """Say how many are called off."""
        number = len(self.result)
        text = ngettext("%(count)d visit is cancelled.", "%(count)d visits are cancelled.", number) % {"count": number}
        return f"{text} " + _("Each can be restored on its own page.")
