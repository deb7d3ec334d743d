"""Accounts and the audit log in the Django admin."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.models import AuditLog, Fold, NameWord, User
from homeo.base.admin import AdminAddForm, AdminChangeForm, TableAdmin


class UserAddForm(AdminAddForm):
    """A new account; without an e-mail the person gets no invitation."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("An invitation to choose a password is sent here. Leave it empty for a person without e-mail."),
    )


class UserChangeForm(AdminChangeForm):
    """A stored account; a generated address is shown as none, and kept as long as none is filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.has_email:
            self.initial["email"] = ""
            self.fields["email"].required = False
            self.fields["email"].help_text = _("This person has no e-mail, and is not written to.")

    def clean_email(self):
        """Return the address to keep."""
        return self.cleaned_data["email"] or self.instance.email


@admin.register(User)
class UserAdmin(TableAdmin):
    """Everybody who signs in. Passwords are neither shown nor set: people choose them by invitation."""

    add_form = UserAddForm
    form = UserChangeForm
    add_fields = ("email", "first_name", "last_name", "phone", "role")
    change_fields = ("email", "first_name", "last_name", "phone", "role", "status")
    list_display = ("name", "address", "role", "status", "created_at")
    list_filter = ("role", "status", ("created_at", admin.DateFieldListFilter))
    ordering = ("search_name", "id")
    search_fields = ("search_name", "email", "phone")
    search_help_text = _("Name, e-mail or phone.")
    actions = ("invite",)

    @admin.display(description=_("Name"), ordering="search_name")
    def name(self, obj):
        """Return the whole name."""
        return obj.get_full_name()

    @admin.display(description=_("E-mail"), ordering="email", empty_value=_("no e-mail"))
    def address(self, obj):
        """Return the address, unless it is a generated one."""
        return obj.email if obj.has_email else None

    def get_change_fields(self, request, obj):
        """Leave out role and status of the own account."""
        own = {"role", "status"} if obj.pk == request.user.pk else set()
        return tuple(name for name in self.change_fields if name not in own)

    def found(self, request, queryset, text):
        """Return the accounts with every word in name, e-mail or phone."""
        for word in text.split():
            queryset = queryset.filter(
                Q(search_name__contains=Fold(Value(word))) | Q(email__contains=word.lower()) | Q(phone__contains=word)
            )
        return queryset

    def save_model(self, request, obj, form, change):
        """Make and invite, or change what the account is and may."""
        fields = {name: form.cleaned_data[name] for name in form.cleaned_data if name in self.change_fields}
        if change:
            access = {"role": obj.role, "status": obj.status}
            services.change_user(actor=request.user, user=obj, **(access | fields))
        else:
            obj.pk = services.create_user(actor=request.user, site=_site(request), **fields).pk

    @admin.action(description=_("Send the invitation again"), permissions=["add"])
    def invite(self, request, queryset):
        """Send the chosen people a link to choose a password."""
        people = [user for user in queryset if user.has_email and user.is_active]
        for user in people:
            services.send_invitation(user=user, site=_site(request))
        left_out = queryset.count() - len(people)
        if people:
            sent = ngettext("%(count)d invitation sent.", "%(count)d invitations sent.", len(people))
            self.message_user(request, sent % {"count": len(people)}, messages.SUCCESS)
        if left_out:
            text = ngettext(
                "%(count)d account has no e-mail or is not active.",
                "%(count)d accounts have no e-mail or are not active.",
                left_out,
            )
            self.message_user(request, text % {"count": left_out}, messages.WARNING)


@admin.register(AuditLog)
class AuditLogAdmin(TableAdmin):
    """The raw entries of the audit log."""

    list_display = ("created_at", "user", "action", "entity", "entity_id", "patient_id", "ip_address")
    list_filter = ("action", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__search_name", "user__email", "entity_id", "patient_id")
    search_help_text = _("Name or e-mail of the person, or an id.")

    def found(self, request, queryset, text):
        """Return the entries by the person, or with the id."""
        return queryset.matching(text)


def _site(request) -> str:
    return request.build_absolute_uri("/")[:-1]


@admin.register(NameWord)
class NameWordAdmin(TableAdmin):
    """The words among which slips of the typing finger are looked up; the database keeps them."""

    list_display = ("word",)
    ordering = ("word",)
    search_fields = ("word",)
