"""The front-desk box: who is meant by a part of a name, a phone or a file number, and what can be done at once."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from accounts.models import User
from billing.models import Invoice
from homeo.base.views import AccessMixin
from patients.models import Patient
from scheduling.models import Appointment

SHORTEST, LONGEST = 2, 80
SHOWN = 8

# Written out, since a box that answers every letter typed has no time for three queries that Django puts together.
# {candidates}, {visits} and {invoices} are what the person may see.
HITS = """
    SELECT hit.id, hit.file_no, hit.date_of_birth, hit.gender, hit.phone,
           hit.user_id, hit.first_name, hit.last_name, hit.role,
           v.id, v.appointment_date, v.appointment_time, v.status, v.checked_in_at, v.started_at, v.no_show_at,
           d.id, d.first_name, d.last_name, d.role, owed.amount, owed.oldest
    FROM (SELECT p.*, u.first_name, u.last_name, u.role, u.search_name,
                 word_similarity(homeo_fold(%s), u.search_name) AS likeness
          FROM ({candidates}) AS c JOIN patients_patient AS p ON p.id = c.id JOIN accounts_user AS u ON u.id = p.user_id
          ORDER BY likeness DESC, u.search_name, p.id LIMIT {shown}) AS hit
    LEFT JOIN LATERAL (SELECT * FROM ({visits}) AS a WHERE a.patient_id = hit.id
                       ORDER BY a.appointment_date, a.appointment_time LIMIT 1) AS v ON true
    LEFT JOIN accounts_user AS d ON d.id = v.doctor_id
    {owed}
    ORDER BY hit.likeness DESC, hit.search_name, hit.id
"""
OWED = """
    LEFT JOIN LATERAL (SELECT sum(i.amount) AS amount, (array_agg(i.id ORDER BY i.created_at))[1] AS oldest
                       FROM ({invoices}) AS i WHERE i.patient_id = hit.id) AS owed ON true
"""
NOTHING_OWED = "CROSS JOIN (SELECT NULL::numeric AS amount, NULL::text AS oldest) AS owed"
ACCOUNT = ("id", "first_name", "last_name", "role")
VISIT = ("id", "appointment_date", "appointment_time", "status", "checked_in_at", "started_at", "no_show_at")
SHOWN_OF = (
    (Patient, ("id", "file_no", "date_of_birth", "gender", "phone")),
    (User, ACCOUNT),
    (Appointment, VISIT),
    (User, ACCOUNT),
)
"""What `HITS` gives, in the order of the models' fields: patient, account, visit, doctor."""


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
        """Return the likeliest patients with what the desk needs to know of them: two queries."""
        user = self.request.user
        candidates, found_params = Patient.objects.for_user(user).active().candidates(text)
        coming = Appointment.objects.for_user(user).filter(
            status__in=[Appointment.Status.PENDING, Appointment.Status.CONFIRMED],
            appointment_date__gte=timezone.localdate(),
            no_show_at=None,
        )
        visits, visits_params = coming.as_select(*VISIT, "patient_id", "doctor_id")
        owed, owed_params = NOTHING_OWED, ()
        if user.has_perm("billing.view_invoice"):
            open_invoices = Invoice.objects.for_user(user).open()
            invoices, owed_params = open_invoices.as_select("id", "patient_id", "amount", "created_at")
            owed = OWED.format(invoices=invoices)
        sql = HITS.format(candidates=candidates, visits=visits, owed=owed, shown=SHOWN)
        with connection.cursor() as cursor:
            cursor.execute(sql, [" ".join(text.split()), *found_params, *visits_params, *owed_params])
            return [_hit(row, text) for row in cursor.fetchall()]


def _hit(row: tuple, text: str) -> Hit:
    """Return the hit of a row of `HITS`."""
    values = iter(row)
    patient, account, visit, doctor = (
        model.from_db(connection.alias, names, [next(values) for _name in names]) for model, names in SHOWN_OF
    )
    patient.user, visit.doctor = account, doctor
    owed, invoice_id = values
    return Hit(patient, marked(patient.name, text), visit if visit.pk else None, owed or Decimal(0), invoice_id or "")


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
