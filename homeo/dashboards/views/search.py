"""The front-desk box: who is meant by a part of a name, a phone or a file number, and what can be done at once."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from billing.models import Invoice
from homeo.base.views import AccessMixin
from patients.models import Patient
from scheduling.models import Appointment

SHORTEST, LONGEST = 2, 80
SHOWN = 8


@dataclass
class Hit:
    """A patient that may be meant: the next visit, or the one of today, and what is to pay."""

    patient: Patient
    name: SafeString
    visit: Appointment | None = None
    owed: Decimal = Decimal(0)
    invoice_id: str = ""

    @property
    def can_check_in(self) -> bool:
        """Tell whether the patient is expected today and not here yet."""
        visit = self.visit
        return bool(
            visit and visit.appointment_date == timezone.localdate() and visit.is_open and not visit.checked_in_at
        )


class SearchBoxView(AccessMixin, TemplateView):
    """Answer the box: the list of patients for htmx, a whole page else. Words come by POST, not in addresses."""

    permission_required = "patients.search_patient"
    template_name = "dashboards/search.html"
    http_method_names = ["get", "post"]

    def post(self, request, *args, **kwargs):
        """Answer with the patients found."""
        return self.render_to_response(self.get_context_data(text=request.POST.get("q", "").strip()[:LONGEST]))

    def get_template_names(self):
        """Return the list alone for the box, the page with it else."""
        return ["dashboards/_search_results.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, text="", **kwargs):
        """Add what was found; nothing is looked for below two characters."""
        is_enough = len(text) >= SHORTEST
        hits = self.find(text) if is_enough else []
        return super().get_context_data(text=text, is_enough=is_enough, hits=hits, next=self.get_page(), **kwargs)

    def get_page(self) -> str:
        """Return the page of ours that the box is on, the home page where that is not known."""
        try:
            return self.request.htmx.current_url_abs_path or reverse("home")
        except ValueError:  # a header that is no address
            return reverse("home")

    def find(self, text: str) -> list[Hit]:
        """Return the likeliest patients with what the desk needs to know of them."""
        user = self.request.user
        patients = (
            Patient.objects.for_user(user)
            .active()
            .likeliest(text, SHOWN)
            .with_account()
            .defer("allergies", "chronic_diseases", "notes")
        )
        hits = {patient.pk: Hit(patient, marked(patient.name, text)) for patient in patients}
        visits = (
            Appointment.objects.for_user(user)
            .filter(
                patient__in=hits,
                status__in=[Appointment.Status.PENDING, Appointment.Status.CONFIRMED],
                appointment_date__gte=timezone.localdate(),
                no_show_at=None,
            )
            .select_related("doctor")
            .order_by("patient", "appointment_date", "appointment_time")
            .distinct("patient")
        )
        for visit in visits:
            hits[visit.patient_id].visit = visit
        # The oldest last, so that it is the one that the button pays.
        open_invoices = Invoice.objects.for_user(user).open().filter(patient__in=hits).order_by("-created_at")
        for patient_id, invoice_id, amount in open_invoices.values_list("patient", "pk", "amount"):
            hits[patient_id].owed += amount
            hits[patient_id].invoice_id = invoice_id
        return list(hits.values())


def marked(name: str, text: str) -> SafeString:
    """Return a name in which the typed words are marked, without regard to case and accents."""
    folded = "".join(_fold(character) for character in name)
    here = [False] * len(name)
    for word in text.split():
        start = folded.find("".join(map(_fold, word)))
        if start >= 0:
            here[start : start + len(word)] = [True] * len(word)
    runs: list[tuple[bool, str]] = []
    for character, is_marked in zip(name, here, strict=True):
        if runs and runs[-1][0] == is_marked:
            runs[-1] = (is_marked, runs[-1][1] + character)
        else:
            runs.append((is_marked, character))
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if is_marked else part,) for is_marked, part in runs)
    )


def _fold(character: str) -> str:
    """Return one character for one: lower case, without its accent."""
    return unicodedata.normalize("NFD", character)[0].lower()[0]
