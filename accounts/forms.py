"""Forms of accounts: signing in, passwords, the own profile."""

from allauth.account import forms as allauth
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Theme, User
from homeo.base.fields import validate_phone
from homeo.base.forms import BaseForm, BaseModelForm, VersionFormMixin

EMAIL_MAX_LENGTH = 254
PASSWORD_MAX_LENGTH = 128


class PlainWordsMixin:
    """Give the fields of an allauth form our words and bounds, and no placeholders."""

    words: dict[str, str] = {}
    help_texts: dict[str, str] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.words.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.CharField):
                limit = EMAIL_MAX_LENGTH if isinstance(field, forms.EmailField) else PASSWORD_MAX_LENGTH
                field.validators.append(MaxLengthValidator(limit))
                field.widget.attrs["maxlength"] = limit


class SignInForm(PlainWordsMixin, allauth.LoginForm):
    """E-mail and password."""

    words = {
        "login": _("E-mail"),
        "password": _("Password"),
        "remember": _("Stay signed in here for 12 hours"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username"}


class AskPasswordForm(PlainWordsMixin, allauth.ResetPasswordForm):
    """The e-mail that the link for a new password goes to."""

    words = {"email": _("E-mail")}


class ChoosePasswordForm(PlainWordsMixin, allauth.ResetPasswordKeyForm):
    """A password chosen through the link of an invitation or of a reset."""

    words = {"password1": _("New password"), "password2": _("The same again")}
    help_texts = {"password1": _("At least 10 characters; a short sentence is easy to remember.")}


class ChangePasswordForm(PlainWordsMixin, allauth.ChangePasswordForm):
    """A new password in place of the present one."""

    words = {"oldpassword": _("Present password"), **ChoosePasswordForm.words}
    help_texts = ChoosePasswordForm.help_texts


class ProfileForm(VersionFormMixin, BaseModelForm):
    """What people change of their own account; e-mail, role and status are the clinic's."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=User._meta.get_field("phone").max_length,
        required=False,
        validators=[validate_phone],
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    avatar = forms.URLField(
        label=_("Address of a picture"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=_("Such as https://clinic.example/me.jpg"),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "avatar"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class ThemeForm(BaseForm):
    """The colours a person chooses."""

    theme = forms.ChoiceField(choices=Theme)
