from django.db import migrations

TYPES = [
    ("First consultation", 45, "VIOLET", True),
    ("Follow-up", 15, "TEAL", True),
    ("Acute", 15, "ROSE", True),
    ("Phone", 10, "BLUE", False),
]


def add_rules(apps, schema_editor):
    apps.get_model("scheduling", "SchedulingRules").objects.create()
    visit_type = apps.get_model("scheduling", "VisitType")
    for position, (name, minutes, colour, is_online) in enumerate(TYPES):
        visit_type.objects.create(
            name=name, minutes=minutes, colour=colour, is_online=is_online, position=position
        )


class Migration(migrations.Migration):

    dependencies = [("scheduling", "0002_front_desk")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
