from django.db import migrations

from clinical import catalogue


def add_remedies(apps, schema_editor):
    remedy, relation = apps.get_model("clinical", "Remedy"), apps.get_model("clinical", "RemedyRelation")
    rows = remedy.objects.bulk_create([remedy(**values) for values in catalogue.remedies()])
    by_abbreviation = {row.abbreviation: row for row in rows}
    relation.objects.bulk_create(
        [
            relation(remedy=by_abbreviation[row["remedy"]], kind=row["kind"], other=by_abbreviation[row["other"]])
            for row in catalogue.relations()
        ]
    )


def remove_remedies(apps, schema_editor):
    apps.get_model("clinical", "RemedyRelation").objects.all().delete()
    apps.get_model("clinical", "Remedy").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("clinical", "0003_remedies")]

    operations = [migrations.RunPython(add_remedies, remove_remedies)]
