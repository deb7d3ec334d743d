"""The doctor's own weekly hours."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from homeo.base.forms import VERSION_FIELD
from homeo.base.views import VersionedFormView
from scheduling import services
from scheduling.availability import WeeklyHours
from scheduling.forms import AvailabilityForm
from scheduling.models import Doctor


class AvailabilityUpdateView(VersionedFormView):
    """Set one's own hours of the week; visits that they leave out are shown first."""

    permission_required = "scheduling.change_own_availability"
    queryset = Doctor.objects.select_related("user")
    template_name = "scheduling/availability_update.html"
    form_class = AvailabilityForm

    def get_object(self, queryset=None):
        """Return the stored hours of the person's own profile; a queryset that locks, locks the profile."""
        profiles = self.get_queryset() if queryset is None else queryset
        return WeeklyHours(get_object_or_404(profiles, user=self.request.user))

    def get_initial(self):
        """Start with the stored hours."""
        return self.form_class.initial_of(self.object) | {VERSION_FIELD: self.object.version}

    def perform(self, form):
        """Set the hours."""
        services.set_availability(
            actor=self.request.user,
            doctor=self.object.doctor,
            hours=form.hours(),
            keep_outside=form.cleaned_data["keep_outside"],
        )

    def get_success_message(self):
        """Say that new visits follow the new hours."""
        return _("Your hours are saved. New visits are booked within them.")

    def get_success_url(self):
        """Stay on the page."""
        return reverse("scheduling:availability_update")
