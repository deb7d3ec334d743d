"""Pages of the register: the list, registering, identity and contact, guardians."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from homeo.base.views import ListPageView, OnceFormView, ScopedObjectMixin, VersionedFormView
from patients import services
from patients.filters import PatientFilter
from patients.forms.patients import ContactForm, GuardianForm, PatientCreateForm, PatientUpdateForm
from patients.models import Patient


def site_of(request) -> str:
    """Return scheme and host of the request, for the links in mails."""
    return f"{request.scheme}://{request.get_host()}"


class PatientListView(ListPageView):
    """The register for the front desk and admins, the treated patients for a doctor."""

    permission_required = "patients.search_patient"
    export_permission = "patients.export_patient"
    queryset = Patient.objects.with_account()
    template_name = "patients/patient_list.html"
    filterset_class = PatientFilter
    orderings = {
        "name": ("user__search_name", "pk"),
        "file_no": ("file_no",),
        "registered": ("created_at", "pk"),
    }
    csv_columns = [
        (gettext_lazy("File number"), lambda patient: patient.file_number),
        (gettext_lazy("First name"), lambda patient: patient.user.first_name),
        (gettext_lazy("Last name"), lambda patient: patient.user.last_name),
        (gettext_lazy("Date of birth"), lambda patient: patient.date_of_birth),
        (gettext_lazy("Gender"), lambda patient: patient.get_gender_display()),
        (gettext_lazy("Phone"), lambda patient: patient.phone),
        (gettext_lazy("E-mail"), lambda patient: patient.user.email if patient.user.has_email else ""),
        (gettext_lazy("City"), lambda patient: patient.city),
        (gettext_lazy("Registered"), lambda patient: timezone.localdate(patient.created_at)),
    ]

    def search(self, queryset, text):
        """Find by any part of name, phone or file number."""
        return queryset.found(text)


class PatientCreateView(OnceFormView):
    """Register a patient."""

    permission_required = "patients.add_patient"
    form_class = PatientCreateForm
    template_name = "patients/patient_create.html"

    def get_initial(self):
        """Start with the country that most patients live in."""
        return super().get_initial() | {"country": Patient.objects.for_user(self.request.user).usual_country()}

    def perform(self, form):
        """Make account and profile, and a guardian where one was given."""
        return services.register_patient(
            actor=self.request.user,
            site=site_of(self.request),
            account=form.account(),
            profile=form.profile(),
            guardian=form.guardian(),
        )

    def get_success_message(self):
        """Name the patient and the file number, and say whether an invitation goes out."""
        values = {"name": self.result.name, "number": self.result.file_number, "email": self.result.user.email}
        if self.result.user.has_email:
            return _("%(name)s is registered, file number %(number)s. The invitation goes to %(email)s.") % values
        return _("%(name)s is registered, file number %(number)s.") % values

    def get_success_url(self):
        """Go on to the patient."""
        return reverse("patients:patient_detail", args=[self.result.pk])


class OfPatientMixin:
    """A page about one patient, which leads back to the patient."""

    queryset = Patient.objects.with_account()

    def get_success_url(self):
        """Go back to the patient."""
        return reverse("patients:patient_detail", args=[self.object.pk])


class PatientUpdateView(OfPatientMixin, VersionedFormView):
    """Change identity and contact of a patient."""

    permission_required = "patients.change_patient"
    form_class = PatientUpdateForm
    template_name = "patients/patient_update.html"

    def perform(self, form):
        """Save account and profile."""
        return services.change_patient(
            actor=self.request.user,
            site=site_of(self.request),
            patient=self.object,
            account=form.account(),
            profile=form.profile(),
        )

    def get_success_message(self):
        """Name the patient."""
        return _("%(name)s is saved.") % {"name": self.result.name if hasattr(self, "result") else self.object.name}


class PatientContactUpdateView(OfPatientMixin, VersionedFormView):
    """Change one's own contact, or that of a person one looks after."""

    permission_required = "patients.change_own_contact"
    form_class = ContactForm
    template_name = "patients/patient_contact_update.html"

    def perform(self, form):
        """Save the contact."""
        contact = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return services.change_profile(actor=self.request.user, patient=self.object, **contact)

    def get_success_message(self):
        """Say that it is saved."""
        return _("The contact details are saved.")


class GuardianCreateView(OfPatientMixin, ScopedObjectMixin, OnceFormView):
    """Let somebody look after a patient."""

    permission_required = "patients.add_guardian"
    form_class = GuardianForm
    template_name = "patients/guardian_create.html"

    def perform(self, form):
        """Add the person; an account is made and invited where there is none."""
        return services.add_guardian(
            actor=self.request.user, site=site_of(self.request), patient=self.object, **form.guardian()
        )

    def get_success_message(self):
        """Name both."""
        names = {"guardian": self.result.user.get_full_name(), "patient": self.object.name}
        return _("%(guardian)s now looks after %(patient)s.") % names
