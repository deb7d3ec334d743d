import django.db.models.functions.comparison
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # Concurrently: whoever writes meanwhile does not wait.
    atomic = False

    dependencies = [
        ('clinical', '0009_follow_ups'),
        ('patients', '0004_chart_indexes'),
        ('scheduling', '0004_chart_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='consultation',
            name='consultation_patient_time',
        ),
        RemoveIndexConcurrently(
            model_name='prescription',
            name='prescription_patient_created',
        ),
        AddIndexConcurrently(
            model_name='consultation',
            index=models.Index(fields=['patient', '-scheduled_at'], include=('archived_at',), name='consultation_patient_time'),
        ),
        AddIndexConcurrently(
            model_name='prescription',
            index=models.Index(fields=['patient', '-created_at'], include=('archived_at',), name='prescription_patient_created'),
        ),
        AddIndexConcurrently(
            model_name='prescription',
            index=models.Index(models.F('patient'), models.OrderBy(django.db.models.functions.comparison.Coalesce('signed_at', 'created_at'), descending=True), name='prescription_patient_told'),
        ),
    ]
