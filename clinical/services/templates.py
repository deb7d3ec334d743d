"""Templates of prescriptions: kept, put away."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.lines import understood
from clinical.models import PrescriptionTemplate, TemplateItem
from homeo.base.errors import DomainError

TEMPLATES_MAX = 200


@transaction.atomic
def keep_template(*, actor: User, name: str, items: list[dict], notes: str = "") -> PrescriptionTemplate:
    """Keep lines under a name, instead of those that the doctor's template of this name held.

    Args:
        items: the lines in order, each a dict of the columns that people write (`Line.WRITTEN`).

    Raises:
        DomainError: no name, no lines, or too many templates.
        LinesRefusedError: a line is not right.
    """
    name = name.strip()
    if not name:
        raise DomainError(_("Give the template a name."))
    if not items:
        raise DomainError(_("Write at least one remedy."))
    # The account is locked so that the same name sent twice at once makes one template.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    own = PrescriptionTemplate.objects.for_user(actor).active()
    template = own.filter(name__iexact=name).first()
    if template is None:
        if own.count() >= TEMPLATES_MAX:
            raise DomainError(_("You have %(count)d templates: put some away first.") % {"count": TEMPLATES_MAX})
        template = PrescriptionTemplate(doctor=actor)
    template.name, template.notes = name, notes
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
def archive_template(*, actor: User, template: PrescriptionTemplate) -> PrescriptionTemplate:
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
