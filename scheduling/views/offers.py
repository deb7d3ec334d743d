"""Pages that offer a free time to the waiting list, and the page on which somebody answers."""

from django.contrib import messages
from django.db import DatabaseError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from homeo.base.errors import BusyError, DomainError, is_lock_timeout
from homeo.base.fields import CUID_LENGTH
from homeo.base.views import ActionView, OnceFormView, PublicMixin
from homeo.base.views.access import shows_patient
from patients.models import Guardian
from scheduling import services
from scheduling.forms import OfferCreateForm, OpeningForm
from scheduling.models import Appointment, SlotOffer, WaitingEntry
from scheduling.views.booking import when
from scheduling.waiting import Opening, is_written_to, matching_entries, offers_of

SHOWN_MAX = 8


def waiting_for(opening: Opening, user, form: OfferCreateForm | None = None) -> dict | None:
    """Return what the part `scheduling/_offers.html` shows of a time: who was offered it, and who waits for such a one.

    None where the time has passed or the person may not offer it. Six queries, however many wait.
    """
    if opening.starts_at <= timezone.now() or not user.has_perm("scheduling.offer_slot"):
        return None
    form = form or OfferCreateForm(matching=matching_entries(opening).for_user(user), user=user)
    matches = list(form.fields["entries"].queryset[: SHOWN_MAX + 1])
    offers = list(offers_of(opening).for_user(user).with_people().order_by("created_at", "pk"))
    guardians = Prefetch("guardians", Guardian.objects.select_related("user"))
    prefetch_related_objects([row.patient for row in [*matches, *(offer.entry for offer in offers)]], guardians)
    if not any(offer.is_open for offer in offers):
        form.initial["entries"] = [entry.pk for entry in matches[:1]]
    chosen = set(form["entries"].value() or ())
    return {
        "opening": opening,
        "form": form,
        "matches": [(entry, is_written_to(entry.patient), entry.pk in chosen) for entry in matches[:SHOWN_MAX]],
        "has_more": len(matches) > SHOWN_MAX,
        "offers": [(offer, is_written_to(offer.entry.patient)) for offer in offers],
    }


def who_would_take(appointment: Appointment, user) -> list[WaitingEntry]:
    """Return who waits for such a time as that of a visit which may be called off, where the person may offer it."""
    opening = Opening.of(appointment)
    is_past = opening.starts_at <= timezone.now()
    if is_past or appointment.is_overbooked or not user.has_perm("scheduling.offer_slot"):
        return []
    return list(matching_entries(opening, giving_up=appointment).for_user(user)[:SHOWN_MAX])


class OfferCreateView(OnceFormView):
    """Offer the time `?doctor=&date=&time=&minutes=` to people on the waiting list.

    The same page shows afterwards what became of it.
    """

    permission_required = "scheduling.offer_slot"
    template_name = "scheduling/offer_create.html"
    form_class = OfferCreateForm

    @cached_property
    def opening(self) -> Opening:
        """Return the time in the address, or raise 404."""
        form = OpeningForm(self.request.GET, user=self.request.user)
        if not form.is_valid():
            raise Http404
        return form.opening()

    def get_template_names(self):
        """Answer htmx with the part alone, for a dialog."""
        return ["scheduling/_offers.html"] if self.request.htmx else [self.template_name]

    def get_form_kwargs(self):
        """Tell the form who may be chosen."""
        matching = matching_entries(self.opening).for_user(self.request.user)
        return super().get_form_kwargs() | {"matching": matching}

    def perform(self, form):
        """Make the offers."""
        return services.make_offers(
            actor=self.request.user, opening=self.opening, entries=list(form.cleaned_data["entries"])
        )

    def get_success_message(self):
        """Say to how many it is offered."""
        return ngettext(
            "The time is offered to %(count)d person.", "The time is offered to %(count)d people.", len(self.result)
        ) % {"count": len(self.result)}

    def get_success_url(self):
        """Stay on the page, which shows who answers."""
        return f"{reverse('scheduling:offer_create')}?{self.opening.query}"

    def get_context_data(self, **kwargs):
        """Add who was offered the time and who waits for it."""
        form = kwargs.get("form") or self.get_form()
        section = waiting_for(self.opening, self.request.user, form)
        for offer, _is_written_to in section["offers"] if section else ():
            shows_patient(self.request, offer.entry.patient_id)
        return super().get_context_data(**{"form": form, "opening": self.opening, "section": section} | kwargs)


class OfferActionView(ActionView):
    """A button on an offer; goes back to the page of its time."""

    permission_required = "scheduling.offer_slot"
    queryset = SlotOffer.objects.with_people()

    def get_success_url(self):
        """Go back to the page of the time."""
        return f"{reverse('scheduling:offer_create')}?{Opening.of_offer(self.object).query}"


class OfferBookView(OfferActionView):
    """Take the time for somebody on the phone."""

    def perform(self):
        """Accept the offer for the patient."""
        return services.accept_offer(offer=self.object, actor=self.request.user)

    def get_success_message(self):
        """Say who is booked, and when."""
        return _("%(patient)s is booked with %(doctor)s, %(when)s.") % {
            "patient": self.object.entry.patient.name,
            "doctor": self.object.doctor.display_name,
            "when": when(self.object),
        }


class OfferWithdrawView(OfferActionView):
    """Take back every open offer of the time."""

    def perform(self):
        """Withdraw them."""
        return services.withdraw_offers(actor=self.request.user, opening=Opening.of_offer(self.object))

    def get_success_message(self):
        """Say that the time is free."""
        return _("The time is not on offer any more: it can be booked.")


class OfferAcceptView(PublicMixin, TemplateView):
    """Answer an offer by the key of the mailed link; looking at it changes nothing."""

    template_name = "scheduling/offer_accept.html"

    def get_offer(self) -> SlotOffer:
        """Return the offer of the key, or raise 404."""
        if len(self.kwargs["key"]) != CUID_LENGTH:
            raise Http404
        offers = SlotOffer.objects.with_people().select_related("appointment")
        offer = get_object_or_404(offers, key=self.kwargs["key"])
        shows_patient(self.request, offer.entry.patient_id)
        return offer

    def post(self, request, *args, **kwargs):
        """Accept or decline; what was refused is told in the page, as 409."""
        offer = self.get_offer()
        try:
            if "accept" in request.POST:
                services.accept_offer(offer=offer)
            else:
                services.decline_offer(offer=offer)
        except DomainError as error:
            return self.render_to_response(self.get_context_data(refusal=error), status=409)
        except DatabaseError as error:
            if not is_lock_timeout(error):
                raise
            messages.error(request, BusyError().message)
        return HttpResponseRedirect(request.path)

    def get_context_data(self, **kwargs):
        """Add the offer as it stands."""
        offer = self.get_offer()
        refusal = kwargs.pop("refusal", None)
        is_over = isinstance(refusal, services.OfferOverError)
        return super().get_context_data(
            **{"offer": offer, "refusal": None if is_over else refusal, "visit": offer.appointment} | kwargs
        )
