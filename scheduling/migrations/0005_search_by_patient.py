"""Search a chart by its patient: an index over the words of all charts only costs what is written."""

from django.db import migrations

from homeo.base.search import without_index


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("scheduling", "0004_chart_search")]

    operations = [
        without_index("scheduling_appointment"),
    ]
