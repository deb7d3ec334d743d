"""Changes of accounts: making, inviting, access, profile."""

from contextlib import contextmanager

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import NO_EMAIL_DOMAIN, Role, User
from homeo.base.errors import DomainError
from homeo.base.fields import new_id

PROFILES = {Role.DOCTOR: "doctor", Role.PATIENT: "patient"}
"""The role that a profile stands for, and the account's way to it."""


class OwnAccessError(DomainError):
    """An admin may not change the own role or status."""


def generated_email() -> str:
    """Return a unique address for a person without e-mail; it is never written to."""
    return f"{new_id()}@{NO_EMAIL_DOMAIN}"


@transaction.atomic
def create_user(*, actor: User | None, site: str, email: str, role: str, **fields) -> User:
    """Make an account without a password and invite the person by e-mail.

    Args:
        site: scheme and host for the link in the mail, such as `https://clinic.example`.
        email: empty for a person without e-mail, who gets a generated address and no invitation.

    Raises:
        DomainError: the address is in use.
    """
    with _email_errors_on_the_field():
        user = User.objects.create_user(email or generated_email(), role=role, **fields)
    if user.has_email:
        transaction.on_commit(lambda: send_invitation(user=user, site=site))
    return user


def send_invitation(*, user: User, site: str) -> None:
    """Send the person a link, valid for three days, to choose a password."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uidb36, token = key.split("-", 1)
    link = site + reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
    context = {"user": user, "link": link, "clinic_name": settings.CLINIC_NAME}
    send_mail(
        subject=_("Your account at %(clinic)s") % {"clinic": settings.CLINIC_NAME},
        message=render_to_string("accounts/email/invitation.txt", context),
        from_email=None,
        recipient_list=[user.email],
    )


@transaction.atomic
def change_access(*, actor: User, user: User, role: str, status: str) -> User:
    """Change what an account may do; its open sessions end at their next request and stay dead.

    Raises:
        OwnAccessError: the account is the actor's own.
        DomainError: a doctor's or patient's profile would lose its role.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (user.role, user.status) == (role, status):
        return user
    if user.pk == actor.pk:
        raise OwnAccessError(_("You cannot change your own role or status; ask another admin."), field="role")
    if role != user.role and hasattr(user, PROFILES.get(user.role, "")):
        raise DomainError(
            _("This account has the profile of a %(role)s. Suspend it, and make another for the new role.")
            % {"role": user.get_role_display().lower()},
            field="role",
        )
    user.role, user.status = role, status
    user.access_changed_at = timezone.now()
    user.full_clean(exclude=["password"])
    user.save(update_fields=["role", "status", "access_changed_at", "updated_at"])
    return user


@transaction.atomic
def change_identity(*, actor: User, user: User, site: str, email: str, **fields: str) -> User:
    """Change name, phone or e-mail of a patient's account, and invite the person where no password was chosen yet.

    Args:
        site: scheme and host for the link in the invitation.
        email: empty for a person without e-mail.

    Raises:
        DomainError: the address is in use, or the account is one of the staff, whose e-mail an admin changes.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not email:
        email = generated_email() if user.has_email else user.email
    is_new_email = email != user.email
    if is_new_email and user.role != Role.PATIENT:
        raise DomainError(_("This account belongs to a member of staff; an admin changes its e-mail."), field="email")
    changed = {name: value for name, value in {"email": email, **fields}.items() if getattr(user, name) != value}
    if not changed:
        return user
    for name, value in changed.items():
        setattr(user, name, value)
    with _email_errors_on_the_field():
        user.full_clean(exclude=["password"])
        user.save(update_fields=[*changed, "updated_at"])
    if is_new_email and user.has_email and not user.has_usable_password():
        transaction.on_commit(lambda: send_invitation(user=user, site=site))
    return user


@transaction.atomic
def change_user(*, actor: User, user: User, role: str, status: str, **fields) -> User:
    """Change somebody's account: name, e-mail and phone (`fields`), and what it may do.

    Raises:
        DomainError: see `change_access`.
    """
    with _email_errors_on_the_field():
        _set_fields(user, **fields)
    return change_access(actor=actor, user=user, role=role, status=status)


@transaction.atomic
def update_profile(*, actor: User, **fields) -> User:
    """Change one's own name, phone or picture."""
    return _set_fields(actor, **fields)


def _set_fields(user: User, **fields) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    for name, value in fields.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=[*fields, "updated_at"])
    return user


@transaction.atomic
def choose_theme(*, actor: User, theme: str) -> User:
    """Remember the colours a person chose; nothing that an edit form shows, so the version stays."""
    user = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    user.theme = theme
    user.save(update_fields=["theme"])
    return user


@contextmanager
def _email_errors_on_the_field():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        # Two people took the address at the same moment; the model's own check came too early to see it.
        message = User._meta.get_field("email").error_messages["unique"]
        raise DomainError(message, field="email") from error
    except ValidationError as error:
        if "email" not in error.message_dict:
            raise
        raise DomainError(error.message_dict["email"][0], field="email") from error
