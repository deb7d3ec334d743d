"""Search a chart by its patient: an index over the words of all charts only costs what is written."""

from django.db import migrations

from homeo.base.search import without_index


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("clinical", "0010_chart_indexes")]

    operations = [
        without_index("clinical_consultation"),
        without_index("clinical_prescription"),
        without_index("clinical_prescriptionitem"),
        without_index("clinical_letter"),
    ]
