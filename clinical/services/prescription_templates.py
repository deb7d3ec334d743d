"""Templates of prescriptions: kept, changed, put away."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.lines import understood
from clinical.models import PrescriptionTemplate, TemplateItem
from homeo.base.errors import DomainError

TEMPLATES_MAX = 200


@transaction.atomic
def keep_prescription_template(*, actor: User, name: str, items: list[dict], notes: str = "") -> PrescriptionTemplate:
    """Keep lines under a name, instead of those that the doctor's template of this name held.

    Args:
        items: the lines in order, each a dict of the columns that people write (`Line.WRITTEN`).

    Raises:
        DomainError: no name, no lines, or too many templates.
        LinesRefusedError: a line is not right.
    """
    own = _own_locked(actor)
    template = own.filter(name__iexact=name.strip()).first()
    if template is None:
        if own.count() >= TEMPLATES_MAX:
            raise DomainError(_("You have %(count)d templates: put some away first.") % {"count": TEMPLATES_MAX})
        template = PrescriptionTemplate(doctor=actor)
    return _write(template, name, items, notes)


@transaction.atomic
def change_prescription_template(
    *, actor: User, template: PrescriptionTemplate, name: str, items: list[dict], notes: str = ""
) -> PrescriptionTemplate:
    """Change the name and the lines of a template of the doctor's own.

    Args:
        items: as for `keep_prescription_template`.

    Raises:
        DomainError: no name, no lines, a name that another template of hers has, or a template that is put away.
        LinesRefusedError: a line is not right.
    """
    own = _own_locked(actor)
    if own.filter(name__iexact=name.strip()).exclude(pk=template.pk).exists():
        raise DomainError(_("You have a template with this name."), field="name")
    template = own.select_for_update(no_key=True).filter(pk=template.pk).first()
    if template is None:
        raise DomainError(_("This template is put away already."))
    return _write(template, name, items, notes)


def _own_locked(actor):
    """Return the doctor's templates; her account is locked, so that two of one name cannot come to be at once."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    return PrescriptionTemplate.objects.for_user(actor).active()


def _write(template, name, items, notes) -> PrescriptionTemplate:
    template.name, template.notes = name.strip(), notes
    if not template.name:
        raise DomainError(_("Give the template a name."))
    if not items:
        raise DomainError(_("Write at least one remedy."))
    template.full_clean(exclude=["doctor"], validate_unique=False, validate_constraints=False)
    template.save()
    for item in template.items.all():
        item.delete()
    for position, line in enumerate(understood(items)):
        item = TemplateItem(template=template, position=position)
        for column, value in line.items():
            if column not in {"id", "override_reason"}:
                setattr(item, column, value)
        item.full_clean(exclude=["template", "remedy"], validate_unique=False, validate_constraints=False)
        item.save()
    return template


@transaction.atomic
def archive_prescription_template(*, actor: User, template: PrescriptionTemplate) -> PrescriptionTemplate:
    """Put away a template of the doctor's own.

    Raises:
        DomainError: it is put away already, or somebody else's.
    """
    template = PrescriptionTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if template.doctor_id != actor.pk or template.is_archived:
        raise DomainError(_("This template is put away already."))
    template.archived_at = timezone.now()
    template.save(update_fields=["archived_at", "updated_at"])
    return template
