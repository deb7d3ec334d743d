"""Full text search in a chart: a column of words beside the text, without regard to case and accents."""

from django.db import migrations

from homeo.base.search import search_column


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0002_medicalrecord_viewer"),
        ("base", "0001_initial"),
    ]

    operations = [
        search_column("patients_medicalrecord", "title", "description", "file_name"),
    ]
