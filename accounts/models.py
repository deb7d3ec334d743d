"""People who sign in, and the log of what they did."""

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.querysets import AuditLogQuerySet, NameWordQuerySet, UserManager
from homeo.base.fields import CuidField, LowercaseEmailField
from homeo.base.models import BaseModel, choice_constraint

NO_EMAIL_DOMAIN = "no-email.invalid"


class Role(models.TextChoices):
    """What a person is in the clinic."""

    ADMIN = "ADMIN", _("Admin")
    DOCTOR = "DOCTOR", _("Doctor")
    PATIENT = "PATIENT", _("Patient")
    RECEPTIONIST = "RECEPTIONIST", _("Front desk")


class Status(models.TextChoices):
    """Whether the account may be used."""

    ACTIVE = "ACTIVE", _("Active")
    INACTIVE = "INACTIVE", _("Inactive")
    SUSPENDED = "SUSPENDED", _("Suspended")


class Theme(models.TextChoices):
    """The colours a person chose."""

    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Fold(Func):
    """Text in lower case without accents, as names are searched and sorted; the function is made by a migration."""

    function = "homeo_fold"
    arity = 1
    output_field = models.TextField()


class JoinText(Func):
    """Text columns one after another, by the operator that may stand in a generated column."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()


def shown_name(first_name: str, last_name: str, role: str) -> str:
    """Return a person's name as others see it, a doctor's with the title."""
    name = f"{first_name} {last_name}".strip()
    return f"Dr {name}" if role == Role.DOCTOR else name


class User(AbstractBaseUser, BaseModel):
    """A person's account. Signs in by e-mail; may sign in while ACTIVE; ADMINs may enter the Django admin."""

    email = LowercaseEmailField(
        _("e-mail"),
        unique=True,
        error_messages={"unique": _("There is already an account with this e-mail.")},
    )
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    avatar = models.URLField(_("picture"), blank=True, default="")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    theme = models.CharField(_("colours"), max_length=6, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM)
    access_changed_at = models.DateTimeField(_("access changed"), default=timezone.now, editable=False)
    last_login = None  # the audit log has every sign-in

    is_active = GeneratedField(expression=Q(status=Status.ACTIVE), output_field=models.BooleanField(), db_persist=True)
    is_staff = GeneratedField(
        expression=Q(status=Status.ACTIVE, role=Role.ADMIN),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    search_name = GeneratedField(
        expression=Fold(JoinText(F("first_name"), Value(" "), F("last_name"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "is_active", "is_staff", "search_name"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="user_search_name_trgm"),
            models.Index(F("search_name"), name="user_search_name"),
            models.Index(fields=["role", "status"], name="user_role_status"),
        ]
        constraints = [
            choice_constraint("role", Role, table="user"),
            choice_constraint("status", Status, table="user"),
            choice_constraint("theme", Theme, table="user"),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lowercase",
                violation_error_message=_("The address must be in lower case."),
            ),
        ]

    def __str__(self):
        return self.display_name

    def clean(self):
        """Leave the address as it is stored: in lower case."""
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """Return the first name."""
        return self.first_name

    @property
    def display_name(self) -> str:
        """Return the name as others see it, a doctor's with the title."""
        return shown_name(self.first_name, self.last_name, self.role)

    @property
    def initials(self) -> str:
        """Return up to two initials."""
        return (self.first_name[:1] + self.last_name[:1]).upper()

    @property
    def has_email(self) -> bool:
        """Tell whether the address is a real one; a generated one is never written to."""
        return not self.email.endswith(f"@{NO_EMAIL_DOMAIN}")

    def get_session_auth_hash(self):
        """Return what a session must match: it ends with a new password, and for good with a change of access."""
        return self._access_hmac()

    def get_session_auth_fallback_hash(self):
        """Yield the hashes under former secret keys, so that rotating the key signs nobody out."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._access_hmac(secret=secret)

    def _access_hmac(self, secret=None):
        value = f"{self.password}|{self.role}|{self.access_changed_at.isoformat()}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm, obj=None) -> bool:
        """Tell whether the role holds the permission; the backends answer."""
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def has_perms(self, perm_list, obj=None) -> bool:
        """Tell whether the role holds all of the permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label) -> bool:
        """Tell whether the role holds any permission of the app."""
        return any(backend.has_module_perms(self, app_label) for backend in get_backends())


class NameWord(models.Model):
    """A word of somebody's name, folded; triggers of the database add each once. Slips are looked up among them."""

    word = models.CharField(max_length=161, primary_key=True, db_collation="C")
    letters = models.CharField(max_length=161, db_collation="C")

    objects = NameWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("word of names")
        verbose_name_plural = _("words of names")
        indexes = [
            GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="nameword_trgm"),
            models.Index(fields=["letters"], name="nameword_letters"),
        ]

    def __str__(self):
        return self.word


class AuditLog(models.Model):
    """One thing that somebody did or opened. Entries are only added.

    `changes` maps a field to `{"old": …, "new": …}`; for a clinical field to `{"hidden": true}`, its text is kept in
    the history of the row, which only those who treat the patient may read.
    """

    class Action(models.TextChoices):
        """What was done."""

        CREATE = "CREATE", _("Created")
        UPDATE = "UPDATE", _("Changed")
        DELETE = "DELETE", _("Deleted")
        VIEW = "VIEW", _("Opened")
        SIGN_IN = "SIGN_IN", _("Signed in")
        SIGN_OUT = "SIGN_OUT", _("Signed out")
        SIGN_IN_FAILED = "SIGN_IN_FAILED", _("Sign-in failed")

    id = CuidField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text=_("No foreign key in the database: the entry outlives the account."),
    )
    action = models.CharField(_("what"), max_length=30, choices=Action)
    entity = models.CharField(_("kind"), max_length=60)
    entity_id = models.CharField(_("id"), max_length=24, db_collation="C")
    patient_id = models.CharField(_("patient"), max_length=24, blank=True, default="", db_collation="C")
    changes = models.JSONField(_("changes"), null=True, blank=True, encoder=DjangoJSONEncoder)
    ip_address = models.CharField(_("address"), max_length=45, blank=True, default="")
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_default=Now(), editable=False)

    objects = AuditLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-created_at", "-id"]
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(fields=["user", "-created_at"], name="auditlog_user_created"),
            models.Index(fields=["entity", "entity_id"], name="auditlog_entity"),
            models.Index(fields=["patient_id", "-created_at"], name="auditlog_patient_created"),
            models.Index(fields=["-created_at", "-id"], name="auditlog_created"),
        ]

    def __str__(self):
        return f"{self.get_action_display()} {self.entity} {self.entity_id}"
