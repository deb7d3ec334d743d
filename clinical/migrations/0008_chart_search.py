"""Full text search in a chart: a column of words beside the text, without regard to case and accents."""

from django.db import migrations

from homeo.base.search import search_column


class Migration(migrations.Migration):

    dependencies = [
        ("clinical", "0007_letters"),
        ("base", "0001_initial"),
    ]

    operations = [
        search_column("clinical_consultation", "complaints", "diagnosis", "prescription", "notes"),
        search_column("clinical_prescription", "notes"),
        search_column("clinical_prescriptionitem", "medicine_name", "potency", "dosage", "frequency", "duration", "notes"),
        search_column("clinical_letter", "statement", "addressee", "text"),
    ]
