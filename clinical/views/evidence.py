"""Growth of evidence: what a doctor's own patients told, by remedy and by complaint, and the cases behind it."""

from django.http import Http404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clinical.case import RESPONSES, signed_number
from clinical.evidence import (
    COMPLAINT,
    REMEDY,
    chosen_complaint,
    chosen_remedy,
    read_evidence,
    read_outcomes,
)
from clinical.filters import EvidenceFilter
from clinical.models import Prescription, PrescriptionItem
from clinical.words import folded
from homeo.base.charts import Chart, bar_chart
from homeo.base.fields import CUID_LENGTH
from homeo.base.views import ListPageView

FILTERS = ("since", "until", "potency")
LOOKS = {-1: "ch-bar-warm", 0: "ch-bar-quiet", 1: "ch-bar"}


class EvidencePage(ListPageView):
    """A list out of the doctor's own prescriptions, of the days and the potency asked for.

    `remedy` and `complaint` are the ones that the address names; one that the doctor has not is 404.
    """

    permission_required = "clinical.view_evidence"
    queryset = PrescriptionItem.objects.all()
    filterset_class = EvidenceFilter
    kept_by_filters = ("by", REMEDY, COMPLAINT, "answer", "search", "ordering", "size")

    def get(self, request, *args, **kwargs):
        """Find the remedy and the complaint, then show the page or send the file."""
        self.remedy = self._chosen(REMEDY, chosen_remedy)
        self.complaint = self._chosen(COMPLAINT, chosen_complaint)
        return super().get(request, *args, **kwargs)

    def _chosen(self, name, find):
        key = self.request.GET.get(name)
        if not key:
            return None
        chosen = find(self.request.user, key) if len(key) <= CUID_LENGTH else None
        if chosen is None:
            raise Http404
        return chosen

    def get_lines(self):
        """Return the lines that count, and keep the filters."""
        given = PrescriptionItem.objects.given_by(self.request.user)
        self.filterset = self.filterset_class(self.request.GET, queryset=given, request=self.request)
        lines = self.filterset.qs
        return lines.filter(key=self.remedy.means) if self.remedy else lines

    def address(self, **changes) -> str:
        """Return the filters of the address, and what it is about, with `changes`; None takes one out."""
        asked = {name: self.request.GET.get(name) for name in (*FILTERS, REMEDY, COMPLAINT)} | changes
        return urlencode({name: value for name, value in asked.items() if value})

    def get_context_data(self, **kwargs):
        """Add what the page is about, each with the address without it."""
        by = self.request.GET.get("by")
        chosen = ((REMEDY, self.remedy), (COMPLAINT, self.complaint))
        about = [(one, self.address(**{name: None, "by": by})) for name, one in chosen if one]
        return super().get_context_data(**{"about": about} | kwargs)


class EvidenceView(EvidencePage):
    """Each remedy, or each complaint, with the number of cases and how the responses are spread."""

    template_name = "clinical/evidence.html"
    export_permission = "clinical.export_evidence"
    orderings = {
        "known": lambda group: (-group.told.known, -group.patients, group.name),
        "name": lambda group: folded(group.name),
        "patients": lambda group: (-group.patients, group.name),
        "prescriptions": lambda group: (-group.prescriptions, group.name),
        "awaited": lambda group: (-group.told.awaited, group.name),
        "median": lambda group: (group.told.median is None, -(group.told.median or 0), -group.told.known),
        "better": lambda group: (group.told.says_little, -(group.told.share_better or 0), -group.told.known),
    }

    @property
    def by(self) -> str:
        """Return what the groups are."""
        return COMPLAINT if self.request.GET.get("by") == COMPLAINT else REMEDY

    def get_queryset(self):
        """Return the groups, searched and sorted."""
        evidence = read_evidence(self.request.user, self.get_lines(), by=self.by, about=self.complaint)
        self.total, groups = evidence.total, evidence.groups
        self.search_text = self._search_text()
        if self.search_text:
            groups = self.search(groups, self.search_text)
        self.ordering = self._ordering()
        key = self.ordering.removeprefix("-")
        return sorted(groups, key=self.orderings[key], reverse=self.ordering != key)

    def search(self, groups, text):
        """Return the groups of whose name each word typed is a part."""
        words = folded(text).split()
        return [group for group in groups if all(word in folded(group.name) for word in words)]

    @property
    def csv_columns(self):
        """Return the columns of the file."""
        return (
            (_("Complaint") if self.by == COMPLAINT else _("Remedy"), lambda group: group.name),
            (_("Placebo"), lambda group: group.code),
            (_("Patients"), lambda group: group.patients),
            (_("Prescriptions"), lambda group: group.prescriptions),
            (_("Responses"), lambda group: group.told.known),
            (_("None yet"), lambda group: group.told.awaited),
            *(
                (f"{word} ({signed_number(value)})", lambda group, value=value: group.told.counts[value])
                for value, word in RESPONSES.items()
            ),
            (_("Median"), lambda group: group.told.median_sign.removeprefix("+")),
            (_("Better, %"), lambda group: group.told.share_better),
        )

    def get_export_name(self):
        """Name the file after what it counts."""
        return f"evidence-by-{self.by}"

    def get_context_data(self, **kwargs):
        """Add all groups together, their chart, and the addresses of the other view and of the cases."""
        other = {REMEDY: self.complaint, COMPLAINT: self.remedy}[self.by]
        return super().get_context_data(
            **{
                "by": self.by,
                "other": other,
                "total": self.total,
                "chart": chart_of(self.total.told) if self.total.told.known else None,
                "tabs": [
                    (label, self.address(**{by: None, "by": by}), by == self.by)
                    for by, label in ((REMEDY, _("By remedy")), (COMPLAINT, _("By complaint")))
                ],
                "cases_query": self.address(),
                "row_query": self.address(**{self.by: None}),
                "drill_query": self.address(**{self.by: None, "by": REMEDY if self.by == COMPLAINT else COMPLAINT}),
            }
            | kwargs
        )


class EvidenceCaseListView(EvidencePage):
    """The prescriptions behind a number, each with its patient, its visit and what was told afterwards."""

    template_name = "clinical/evidence_case_list.html"
    KNOWN, AWAITED = "known", "none"

    def get_queryset(self):
        """Return the outcomes with the answer asked for, latest first."""
        outcomes = read_outcomes(self.request.user, self.get_lines(), about=self.complaint)
        self.search_text = self.ordering = ""
        self.answers = [
            ("", _("All"), outcomes),
            (self.KNOWN, _("With a response"), [one for one in outcomes if one.told]),
            *(
                (str(value), f"{signed_number(value)} {word}", [one for one in outcomes if one.told_value == value])
                for value, word in reversed(RESPONSES.items())
            ),
            (self.AWAITED, _("None yet"), [one for one in outcomes if not one.told]),
        ]
        asked = self.request.GET.get("answer", "")
        return next((found for answer, _label, found in self.answers if answer == asked), outcomes)

    def get_context_data(self, **kwargs):
        """Add the rows of the page with their prescriptions, and the answers to choose from."""
        context = super().get_context_data(**kwargs)
        page = list(context["page_obj"])
        prescriptions = Prescription.objects.for_user(self.request.user).with_items().select_related("patient__user")
        by_id = prescriptions.in_bulk([outcome.prescription_id for outcome in page])
        asked = self.request.GET.get("answer", "")
        context["rows"] = [(outcome, by_id[outcome.prescription_id]) for outcome in page]
        context["patients"] = len({outcome.patient_id for outcome in self.object_list})
        context["answers"] = [
            (label, len(found), self.address(answer=answer), answer == asked)
            for answer, label, found in self.answers
            if found or answer == asked
        ]
        by = COMPLAINT if self.complaint else REMEDY
        context["back_query"] = self.address(**{by: None, "by": by})
        return context


def chart_of(told) -> Chart:
    """Draw how many responses of each value there are."""
    series = [[(count, LOOKS[(value > 0) - (value < 0)])] for value, _sign, _word, count in told.by_value]
    signs = [sign for _value, sign, _word, _count in told.by_value]
    return bar_chart(series, signs, sentence=told.sentence, width=628, height=170, thickness=44, says_values=True)
