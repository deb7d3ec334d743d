"""The front-desk box: who is meant by a part of a name, a phone or a file number, and what can be done at once."""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from accounts.models import User
from billing.models import Invoice
from homeo.base.statements import filled
from homeo.base.views import AccessMixin
from patients import finding
from patients.chart import StandIns
from patients.models import Patient
from scheduling.models import Appointment

SHORTEST, LONGEST = 2, 80
SHOWN = 8

# Written out, since a box that answers every letter typed has no time for queries that Django puts together.
# {candidates}, {visits} and {invoices} are what the person may see.
FOUND = """
    SELECT id, file_no, date_of_birth, gender, phone, user_id, first_name, last_name, role FROM ({candidates}) AS found
    ORDER BY word_similarity(homeo_fold(%s), search_name) DESC, search_name, id LIMIT {shown}
"""
# The ids stand in a SELECT of their own, which hides from the planner how many they are: it plans once for all.
KNOWN = """
    SELECT hit.id, v.id, v.appointment_date, v.appointment_time, v.status, v.checked_in_at, v.started_at, v.no_show_at,
           d.id, d.first_name, d.last_name, d.role, owed.amount, owed.oldest
    FROM unnest((SELECT %s::text[])) AS hit (id)
    LEFT JOIN LATERAL (SELECT * FROM ({visits}) AS a WHERE a.patient_id = hit.id
                       ORDER BY a.appointment_date, a.appointment_time LIMIT 1) AS v ON true
    LEFT JOIN accounts_user AS d ON d.id = v.doctor_id
    {owed}
"""
OWED = """
    LEFT JOIN LATERAL (SELECT sum(i.amount) AS amount, (array_agg(i.id ORDER BY i.created_at))[1] AS oldest
                       FROM ({invoices}) AS i WHERE i.patient_id = hit.id) AS owed ON true
"""
NOTHING_OWED = "CROSS JOIN (SELECT NULL::numeric AS amount, NULL::text AS oldest) AS owed"
ACCOUNT = ("id", "first_name", "last_name", "role")
VISIT = ("id", "appointment_date", "appointment_time", "status", "checked_in_at", "started_at", "no_show_at")
PERSON = ("id", "file_no", "date_of_birth", "gender", "phone")


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
        """Return the likeliest patients with what the desk needs to know of them: three queries."""
        user = self.request.user
        seen = Seen.by(user.role, timezone.localdate())
        viewer = {seen.viewer: user.pk}
        candidates, params = finding.candidates(text, seen.people, filled(seen.people_params, viewer))
        with connection.cursor() as cursor:
            cursor.execute(FOUND.format(candidates=candidates, shown=SHOWN), [*params, " ".join(text.split())])
            hits = {row[0]: _hit(row, text) for row in cursor.fetchall()}
            cursor.execute(seen.known, [list(hits), *filled(seen.known_params, viewer)])
            for pk, *known in cursor.fetchall():
                _tell(hits[pk], known)
        return list(hits.values())


@dataclass(frozen=True)
class Seen:
    """What people of a role may see on a day, put together once; the id `viewer` stands in the person's place."""

    viewer: str
    people: str
    people_params: tuple
    known: str
    known_params: tuple

    @classmethod
    @lru_cache(maxsize=8)
    def by(cls, role: str, today: dt.date) -> "Seen":
        """Return it for a role and a day: whom a doctor treats changes with the day."""
        viewer = StandIns.of(role).user
        people = Patient.objects.for_user(viewer).active().as_select(*finding.PEOPLE)
        coming = Appointment.objects.for_user(viewer).filter(
            status__in=[Appointment.Status.PENDING, Appointment.Status.CONFIRMED],
            appointment_date__gte=today,
            no_show_at=None,
        )
        visits, visits_params = coming.as_select(*VISIT, "patient_id", "doctor_id")
        owed, owed_params = NOTHING_OWED, ()
        if viewer.has_perm("billing.view_invoice"):
            open_invoices = Invoice.objects.for_user(viewer).open()
            invoices, owed_params = open_invoices.as_select("id", "patient_id", "amount", "created_at")
            owed = OWED.format(invoices=invoices)
        return cls(viewer.pk, *people, KNOWN.format(visits=visits, owed=owed), visits_params + owed_params)


def _hit(row: tuple, text: str) -> Hit:
    """Return the hit of a row of `FOUND`."""
    patient = Patient.from_db(connection.alias, PERSON, row[: len(PERSON)])
    patient.user = User.from_db(connection.alias, ACCOUNT, row[len(PERSON) :])
    return Hit(patient, marked(patient.name, text))


def _tell(hit: Hit, known: list) -> None:
    """Add what a row of `KNOWN` tells of a hit."""
    *visit, amount, invoice_id = known
    if visit[0]:
        hit.visit = Appointment.from_db(connection.alias, VISIT, visit[: len(VISIT)])
        hit.visit.doctor = User.from_db(connection.alias, ACCOUNT, visit[len(VISIT) :])
    if amount:
        hit.owed, hit.invoice_id = amount, invoice_id


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
