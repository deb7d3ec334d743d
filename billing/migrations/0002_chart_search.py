"""Full text search in a chart: a column of words beside the text, without regard to case and accents."""

from django.db import migrations

from homeo.base.search import search_column


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0001_initial"),
        ("base", "0001_initial"),
    ]

    operations = [
        search_column("billing_invoice", "description", "invoice_no"),
    ]
