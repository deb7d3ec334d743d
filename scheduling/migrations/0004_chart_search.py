"""Full text search in a chart: a column of words beside the text, without regard to case and accents."""

from django.db import migrations

from homeo.base.search import search_column


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0003_first_rules"),
        ("base", "0001_initial"),
    ]

    operations = [
        search_column("scheduling_appointment", "notes", "cancel_reason"),
    ]
