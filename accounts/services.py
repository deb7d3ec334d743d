"""Changes of accounts: making, inviting, access, profile."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import NO_EMAIL_DOMAIN, User
from homeo.base.errors import DomainError
from homeo.base.fields import new_id


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
    if email and User.objects.filter(email=email).exists():
        raise DomainError(_("There is already an account with this e-mail."), field="email")
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
    user.role, user.status = role, status
    user.access_changed_at = timezone.now()
    user.full_clean(exclude=["password"])
    user.save(update_fields=["role", "status", "access_changed_at", "updated_at"])
    return user


@transaction.atomic
def update_profile(*, actor: User, **fields) -> User:
    """Change one's own name, phone or picture."""
    user = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    for name, value in fields.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=[*fields, "updated_at"])
    return user


def choose_theme(*, actor: User, theme: str) -> User:
    """Remember the colours a person chose."""
    return update_profile(actor=actor, theme=theme)
