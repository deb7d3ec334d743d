"""The admin's home: today's figures."""

from decimal import Decimal

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status

from accounts.models import AuditLog
from homeo.base.charts import Chart, bar_chart, line_chart
from homeo.base.templatetags.homeo import day as written_day
from homeo.base.templatetags.homeo import money
from homeo.base.views import AccessMixin
from homeo.dashboards.board import clock
from homeo.dashboards.figures import HALF_HOUR, Figures, key_figures, read_figures
from patients.models import Patient

ENTRIES_SHOWN = 8


class FiguresView(AccessMixin, TemplateView):
    """Show what happened today so far, beside the same weekday a week before, and the last entries of the audit log.

    Mails and other jobs that failed are told first.
    """

    permission_required = "dashboards.view_figures"
    template_name = "dashboards/figures.html"

    def get_context_data(self, **kwargs):
        """Add the figures, the charts and the entries."""
        now = timezone.localtime()
        figures = read_figures(self.request.user, now=now)
        return super().get_context_data(
            now=now,
            figures=figures,
            key_figures=key_figures(figures, money=whole_money),
            visits_chart=visits_chart(figures),
            wait_chart=wait_chart(figures),
            collected_chart=collected_chart(figures),
            entries=self.get_entries(),
            failed_jobs=ProcrastinateJob.objects.filter(status=Status.FAILED.value).count(),
            **kwargs,
        )

    def get_entries(self) -> list[AuditLog]:
        """Return the last entries, each with the patient's file number and the kind of row in words."""
        file_no = Patient.objects.for_user(self.request.user).filter(pk=OuterRef("patient_id")).values("file_no")
        entries = AuditLog.objects.for_user(self.request.user).select_related("user")
        entries = list(entries.annotate(file_no=Subquery(file_no)).order_by("-created_at", "-pk")[:ENTRIES_SHOWN])
        kinds = {model.__name__: model._meta.verbose_name for model in apps.get_models()}
        for entry in entries:
            entry.kind = kinds.get(entry.entity, entry.entity)
        return entries


def visits_chart(figures: Figures) -> Chart:
    """Draw how many visits begin in each hour: last week's, and today's past and to come."""
    today, before = figures.today.by_hour, figures.before.by_hour
    found = sorted(today | before) or [9, 17]
    hours = range(found[0], found[-1] + 1)
    series = [
        [(before[hour], "ch-bar-quiet"), (today[hour], "ch-bar" if hour <= figures.today.until.hour else "ch-bar-soft")]
        for hour in hours
    ]
    sentence = _("Visits by hour. Today from %(first)d to %(last)d: %(today)s. On %(day)s: %(before)s.") % {
        "first": hours[0],
        "last": hours[-1],
        "today": ", ".join(str(today[hour]) for hour in hours),
        "day": written_day(figures.before.until, "short"),
        "before": ", ".join(str(before[hour]) for hour in hours),
    }
    return bar_chart(series, [str(hour) for hour in hours], sentence=sentence, width=628, thickness=16)


def wait_chart(figures: Figures) -> Chart:
    """Draw the median wait in each half hour, today's over last week's."""
    today, before = figures.today.wait_by_half_hour(), figures.before.wait_by_half_hour()
    found = sorted(today | before) or [9 * 60]
    minutes = range(found[0], found[-1] + 1, HALF_HOUR)
    every = max(len(minutes) // 5, 1)
    labels = [clock(minute) if index % every == 0 else "" for index, minute in enumerate(minutes)]
    if today:
        sentence = _("Median wait in minutes by half hour. Today: %(today)s.") % {
            "today": ", ".join(f"{clock(minute)} {today[minute]}" for minute in sorted(today))
        }
    else:
        sentence = _("Nobody has been seen today yet.")
    return line_chart(
        [today.get(minute) for minute in minutes],
        [before.get(minute) for minute in minutes],
        labels,
        sentence=sentence,
        width=440,
        unit=_("min"),
    )


def collected_chart(figures: Figures) -> Chart:
    """Draw what was paid on each of 14 days, today's in full colour."""
    days = list(figures.collected_by_day.items())
    series = [[(float(total), "ch-bar" if day == days[-1][0] else "ch-bar-soft")] for day, total in days]
    # Counted back from today, so that today's label is always there.
    labels = [str(day.day) if (len(days) - 1 - index) % 3 == 0 else "" for index, (day, _total) in enumerate(days)]
    sentence = _("Collected each day since %(day)s: %(amounts)s.") % {
        "day": written_day(days[0][0], "short"),
        "amounts": ", ".join(money(total) for _day, total in days),
    }
    return bar_chart(series, labels, sentence=sentence, width=440, show=_short_amount)


def whole_money(amount: Decimal) -> str:
    """Write an amount without its fraction, as the big figures do: "₹18,400"."""
    return money(round(amount)).rpartition(".")[0]


def _short_amount(value: int) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else str(value)
