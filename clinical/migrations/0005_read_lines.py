"""Write beside each line of a prescription what its words mean; the words stay as they are."""

from django.db import migrations

from clinical import durations, potency

BATCH = 1_000
MEANT = ["remedy", "potency_scale", "potency_number", "potency_method", "days"]


def read(line, remedies):
    line.remedy_id = remedies.get(line.medicine_name.strip().lower())
    try:
        read_potency = potency.parse(line.potency)
    except potency.PotencyError:
        pass
    else:
        line.potency_scale, line.potency_number = read_potency.scale, read_potency.number
        line.potency_method = read_potency.method
    try:
        line.days = durations.read(line.duration)[1]
    except ValueError:
        pass
    return line


def read_lines(apps, schema_editor):
    remedies = {
        name.lower(): pk for pk, name in apps.get_model("clinical", "Remedy").objects.values_list("pk", "name")
    }
    lines = apps.get_model("clinical", "PrescriptionItem").objects
    last = ""
    # In batches that are committed one by one: the table may be long, and whoever prescribes meanwhile does not wait.
    while batch := list(lines.filter(pk__gt=last).order_by("pk")[:BATCH]):
        lines.bulk_update([read(line, remedies) for line in batch], MEANT)
        last = batch[-1].pk


def forget_meaning(apps, schema_editor):
    apps.get_model("clinical", "PrescriptionItem").objects.update(
        remedy=None, potency_scale="", potency_number=None, potency_method="", days=None
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("clinical", "0004_first_remedies")]

    operations = [migrations.RunPython(read_lines, forget_meaning)]
