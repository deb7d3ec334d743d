from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # Concurrently: whoever writes meanwhile does not wait.
    atomic = False

    dependencies = [
        ('patients', '0003_chart_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='medicalrecord',
            name='medicalrecord_patient_recorded',
        ),
        AddIndexConcurrently(
            model_name='medicalrecord',
            index=models.Index(fields=['patient', '-recorded_at'], include=('archived_at',), name='medicalrecord_patient_recorded'),
        ),
    ]
