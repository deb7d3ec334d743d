"""The patients that the front-desk box found: written by functions, since the box answers every letter typed."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from homeo.base.templatetags.homeo import age, clock, day, money
from scheduling.models import Appointment

register = template.Library()


@register.simple_tag(takes_context=True)
def search_hits(context, hits: list) -> SafeString:
    """Show `hits` of the box as items of its list, with what the person may do; `next` is the page to come back to."""
    writer = HitWriter(context["perms"], token=context.get("csrf_token", ""), next_page=context["next"])
    return mark_safe("\n".join(map(writer.write, hits)))  # noqa: S308 - what people typed is escaped below


class HitWriter:
    """Writes the hits of one answer; what all of them share is looked up once."""

    def __init__(self, perms, *, token: str, next_page: str):
        self.can_book = "scheduling.add_appointment" in perms
        self.sees_money = "billing.view_invoice" in perms
        self.can_take_payment = "billing.take_payment" in perms
        self.hidden = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="next" value="{}">',
            token,
            next_page,
        )
        self.booking = reverse("scheduling:appointment_create")

    def write(self, hit) -> str:
        """Return one hit as an item of a list."""
        patient = hit.patient
        facts = (patient.get_gender_display()[:1], age(patient.date_of_birth), patient.phone, patient.file_number)
        return (
            f'<li class="find-hit" data-hit><div><div class="find-name">{hit.name}</div>'
            f'<div class="tiny ink-3 num">{escape(" · ".join(facts))}</div></div>'
            f'<div class="small"><div class="nowrap num">{self._visit(hit.visit)}</div>{self._owed(hit)}</div>'
            f'<div class="find-acts">{self._acts(hit)}</div></li>'
        )

    def _visit(self, visit: Appointment | None) -> str:
        if visit is None:
            return f'<span class="ink-3">{escape(_("No visit booked"))}</span>'
        doctor, state = visit.doctor.display_name, visit.state
        if state == "in-consultation":
            return _state(state, _("With %(doctor)s now") % {"doctor": doctor})
        if state == "arrived":
            return _state(state, _("Waiting for %(doctor)s") % {"doctor": doctor})
        when = f"{day(visit.appointment_date, 'short')} {clock(visit.appointment_time)}"
        return escape(f"{when}, {doctor}")

    def _owed(self, hit) -> str:
        if not self.sees_money:
            return ""
        if hit.owed:
            words, look = _("%(amount)s to pay") % {"amount": money(hit.owed)}, "warm strong"
        else:
            words, look = _("Nothing owed"), "ink-3"
        return f'<div class="tiny num"><span class="{look}">{escape(words)}</span></div>'

    def _acts(self, hit) -> str:
        """Return the buttons; each names the patient to those who do not see the row."""
        who = f'<span class="vh"> {escape(hit.patient.name)}</span>'
        acts = []
        if self.can_book:
            url = f"{self.booking}?patient={hit.patient.pk}"
            acts.append(f'<a class="btn btn-s" data-hit-key="b" href="{url}">{_key(_("Book"), "b")}{who}</a>')
            if hit.can_check_in:
                url = reverse("scheduling:appointment_check_in", args=[hit.visit.pk])
                button = f'<button class="btn btn-s" data-hit-key="c">{_key(_("Check in"), "c")}{who}</button>'
                acts.append(f'<form method="post" action="{url}">{self.hidden}{button}</form>')
        if hit.owed and self.can_take_payment:
            url = reverse("billing:invoice_pay", args=[hit.invoice_id])
            acts.append(f'<a class="btn btn-s" data-hit-key="p" href="{url}">{_key(_("Pay"), "p")}{who}</a>')
        url = reverse("patients:patient_detail", args=[hit.patient.pk])
        acts.append(f'<a class="btn btn-s" data-main href="{url}">{_key(_("Open"), "↵")}{who}</a>')
        return "\n".join(acts)


def _state(state: str, label: str) -> str:
    return f'<span class="state state-bare" data-state="{state}">{escape(label)}</span>'


def _key(word: str, key: str) -> str:
    return f'{escape(word)} <kbd aria-hidden="true">{key}</kbd>'
