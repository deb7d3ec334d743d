"""Parts of booking: the free slots of a day, and the choice of the patient."""

from django.shortcuts import render
from django.urls import reverse
from django.views.generic import TemplateView

from homeo.base.views import AccessMixin
from patients.models import Patient
from scheduling import availability
from scheduling.forms import SlotsForm

FOUND_MAX = 8
TEXT_MAX_LENGTH = 80
CARRIED = ("doctor", "date", "time", "for")


class SlotListView(AccessMixin, TemplateView):
    """The free slots of `?doctor=` on `?date=` for `?visit_type=`, a part of the booking pages.

    `?visit=` is a visit that moves.

    With `?jump=` the part also brings the date field, set to that day.
    """

    permission_required = "scheduling.view_slot"

    def get(self, request, *args, **kwargs):
        """Answer with the part; a day that cannot be booked is said, as 422."""
        form = SlotsForm(request.GET, user=request.user)
        if not request.GET:
            return render(request, "scheduling/_slots.html")
        if not form.is_valid():
            return render(request, "scheduling/_slots.html", {"errors": form.errors}, status=422)
        doctor, visit = form.cleaned_data["doctor"], form.cleaned_data["visit"]
        kind = form.cleaned_data["visit_type"]
        length = availability.Length.after_move(visit, doctor, kind) if visit else None
        slots = availability.day_slots(
            doctor,
            form.cleaned_data["date"],
            visit_type=kind,
            besides=visit,
            length=length,
            window=availability.window_of(request.user),
        )
        context = {"slots": slots, "is_jump": "jump" in request.GET, "moving": visit, "kind": kind and kind.pk}
        return render(request, "scheduling/_slots.html", context)


class PatientChooseView(AccessMixin, TemplateView):
    """Find the patient for a new visit, or with `?for=waiting` for the waiting list.

    The words go by POST, the choice leads back to the form.
    """

    permission_required = ("scheduling.overbook_appointment", "patients.search_patient")
    template_name = "scheduling/patient_choose.html"

    def get_template_names(self):
        """Answer htmx with the results alone."""
        return ["scheduling/_patient_hits.html"] if self.request.htmx else [self.template_name]

    def post(self, request, *args, **kwargs):
        """Show the patients that the words may mean."""
        text = request.POST.get("q", "").strip()[:TEXT_MAX_LENGTH]
        patients = Patient.objects.for_user(request.user).active().likeliest(text, FOUND_MAX).with_account()
        return self.render_to_response(self.get_context_data(text=text, patients=patients))

    def get_context_data(self, **kwargs):
        """Add the doctor, day and time that were chosen before."""
        query = self.request.GET.copy()
        for name in set(query) - set(CARRIED):
            del query[name]
        is_waiting = query.get("for") == "waiting"
        goal = reverse("scheduling:waiting_create" if is_waiting else "scheduling:appointment_create")
        return super().get_context_data(
            **{"carried": query.urlencode(), "goal": goal, "is_waiting": is_waiting} | kwargs
        )
