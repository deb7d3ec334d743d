"""Forms of the front desk: registering a patient, identity and contact, who looks after whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import NO_EMAIL_DOMAIN, User
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin
from patients import services
from patients.models import BloodGroup, Gender, Guardian, Patient

CONTACT_FIELDS = ["phone", "address", "city", "state", "postal_code", "country", "emergency_contact"]
IDENTITY_FIELDS = ["date_of_birth", "gender", "blood_group"]
ACCOUNT_FIELDS = ["first_name", "last_name", "email"]

EMAIL_MAX_LENGTH = 254


class RealEmailField(forms.EmailField):
    """An e-mail address that mail can reach, in lower case."""

    def __init__(self, **kwargs):
        kwargs = {"label": _("E-mail"), "required": False, "max_length": EMAIL_MAX_LENGTH} | kwargs
        super().__init__(**kwargs)

    def clean(self, value):
        """Return the address in lower case; refuse one that we make up ourselves."""
        email = super().clean(value).lower()
        if email.endswith(f"@{NO_EMAIL_DOMAIN}"):
            raise forms.ValidationError(_("No mail reaches this address; leave the field empty."))
        return email


class ContactForm(VersionFormMixin, BaseModelForm):
    """Where a patient lives and whom to call: what patients and their guardians change themselves."""

    class Meta:
        model = Patient
        fields = CONTACT_FIELDS
        widgets = {"phone": forms.TextInput({"type": "tel"})}
        help_texts = {"emergency_contact": _("Name and phone of somebody to call")}


class IdentityForm(BaseModelForm):
    """Name, e-mail, birth and contact of a patient, out of the account and the profile; nothing clinical."""

    first_name = forms.CharField(label=_("First name"), max_length=User._meta.get_field("first_name").max_length)
    last_name = forms.CharField(
        label=_("Last name"), max_length=User._meta.get_field("last_name").max_length, required=False
    )
    email = RealEmailField(help_text=_("Empty for a person without e-mail; nobody is written to then."))

    class Meta:
        model = Patient
        fields = [*IDENTITY_FIELDS, *CONTACT_FIELDS]
        widgets = {
            "date_of_birth": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "phone": forms.TextInput({"type": "tel"}),
        }
        help_texts = ContactForm.Meta.help_texts

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gender"].choices = [("", _("Choose …")), *Gender.choices]
        self.fields["blood_group"].choices = [("", _("Not known")), *BloodGroup.choices]

    def account(self) -> dict[str, str]:
        """Return the valid fields of the account; the phone stands there too."""
        return {name: self.cleaned_data[name] for name in [*ACCOUNT_FIELDS, "phone"]}

    def profile(self) -> dict:
        """Return the valid fields of the profile."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class GuardianFieldsMixin(forms.Form):
    """A person who looks after the patient: an account by e-mail."""

    guardian_email = RealEmailField(label=_("E-mail of this person"))
    guardian_name = forms.CharField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("Needed where the address has no account yet; an invitation is sent then."),
    )
    guardian_relationship = forms.CharField(
        label=_("Relationship"),
        max_length=Guardian._meta.get_field("relationship").max_length,
        required=False,
        widget=forms.TextInput({"placeholder": _("Mother, son, carer …")}),
    )

    def guardian(self) -> dict[str, str]:
        """Return the valid person as the service takes it."""
        return {name: self.cleaned_data[f"guardian_{name}"] for name in ("email", "name", "relationship")}


class PatientCreateForm(GuardianFieldsMixin, OnceFormMixin, IdentityForm):
    """A new patient, with a person who looks after a child or somebody who cannot; warns of likely duplicates."""

    is_another_person = forms.BooleanField(label=_("This is another person"), required=False)

    duplicates: list[Patient] = []

    def clean(self):
        """Ask for what a guardian needs, and show patients who may be the same person."""
        data = super().clean()
        if not data.get("guardian_email") and (data.get("guardian_name") or data.get("guardian_relationship")):
            self.add_error("guardian_email", _("Enter the e-mail: with it, this person signs in for the patient."))
        if not self.errors and not data["is_another_person"]:
            self.duplicates = services.likely_duplicates(
                **{name: data[name] for name in ("first_name", "last_name", "date_of_birth", "phone")}
            )
            if self.duplicates:
                self.add_error("is_another_person", _("Look at the patients above; tick this to go on all the same."))
        return data

    @property
    def has_guardian_input(self) -> bool:
        """Tell whether anything stands in the guardian's part, so that it is shown open."""
        names = ("guardian_email", "guardian_name", "guardian_relationship")
        return any(self[name].value() or self[name].errors for name in names)


class PatientUpdateForm(VersionFormMixin, IdentityForm):
    """Identity and contact of a patient."""

    def __init__(self, *args, instance, initial=None, **kwargs):
        initial = self.account_of(instance) | (initial or {})
        super().__init__(*args, instance=instance, initial=initial, **kwargs)

    @staticmethod
    def account_of(patient: Patient) -> dict[str, str]:
        """Return the fields of the account as the form shows them: no generated e-mail."""
        user = patient.user
        return {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email if user.has_email else "",
        }

    def _visible(self, stored):
        for name, value in self.account_of(stored).items():
            yield name, self[name], value
        yield from super()._visible(stored)


class GuardianForm(GuardianFieldsMixin, OnceFormMixin, BaseForm):
    """Somebody who looks after a patient from now on."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["guardian_email"].required = True
