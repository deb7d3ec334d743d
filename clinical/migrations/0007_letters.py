import clinical.codes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import homeo.base.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models


BATCH = 1000


def give_codes(apps, schema_editor):
    """Give every prescription a code of its own: the column came with one for all of them."""
    prescriptions = apps.get_model('clinical', 'Prescription').objects
    batch = []
    for prescription in prescriptions.only('pk').iterator(chunk_size=BATCH):
        prescription.check_code = clinical.codes.new_code()
        batch.append(prescription)
        if len(batch) == BATCH:
            prescriptions.bulk_update(batch, ['check_code'])
            batch = []
    prescriptions.bulk_update(batch, ['check_code'])


class Migration(migrations.Migration):

    dependencies = [
        ('clinical', '0006_replacements_and_templates'),
        ('patients', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='prescription',
            name='check_code',
            field=models.CharField(db_collation='C', default=clinical.codes.new_code, editable=False, max_length=19, null=True, verbose_name='check code'),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='prescription',
            name='check_code',
            field=models.CharField(db_collation='C', default=clinical.codes.new_code, editable=False, max_length=19, unique=True, verbose_name='check code'),
        ),
        migrations.CreateModel(
            name='HistoricalLetter',
            fields=[
                ('id', homeo.base.fields.CuidField(db_collation='C', db_index=True, default=homeo.base.fields.new_id, editable=False, max_length=24)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='updated')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                ('kind', models.CharField(choices=[('VISIT', 'Certificate of visit'), ('UNFIT', 'Certificate of illness'), ('FIT', 'Certificate of fitness'), ('REFERRAL', 'Referral letter')], max_length=8, verbose_name='kind')),
                ('from_date', models.DateField(blank=True, null=True, validators=[homeo.base.fields.validate_schedule_date], verbose_name='from')),
                ('until_date', models.DateField(blank=True, null=True, validators=[homeo.base.fields.validate_schedule_date], verbose_name='until')),
                ('addressee', homeo.base.fields.LongTextField(blank=True, default='', max_length=500, verbose_name='to')),
                ('statement', homeo.base.fields.LongTextField(blank=True, default='', max_length=1000, verbose_name='statement')),
                ('text', homeo.base.fields.LongTextField(blank=True, default='', max_length=8000, verbose_name='text')),
                ('facts', models.JSONField(editable=False, verbose_name='as signed')),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='signed')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('doctor', models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'role': 'DOCTOR'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='doctor')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'historical letter',
                'verbose_name_plural': 'historical letters',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', homeo.base.fields.CuidField(db_collation='C', default=homeo.base.fields.new_id, editable=False, max_length=24, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived')),
                ('kind', models.CharField(choices=[('VISIT', 'Certificate of visit'), ('UNFIT', 'Certificate of illness'), ('FIT', 'Certificate of fitness'), ('REFERRAL', 'Referral letter')], max_length=8, verbose_name='kind')),
                ('from_date', models.DateField(blank=True, null=True, validators=[homeo.base.fields.validate_schedule_date], verbose_name='from')),
                ('until_date', models.DateField(blank=True, null=True, validators=[homeo.base.fields.validate_schedule_date], verbose_name='until')),
                ('addressee', homeo.base.fields.LongTextField(blank=True, default='', max_length=500, verbose_name='to')),
                ('statement', homeo.base.fields.LongTextField(blank=True, default='', max_length=1000, verbose_name='statement')),
                ('text', homeo.base.fields.LongTextField(blank=True, default='', max_length=8000, verbose_name='text')),
                ('facts', models.JSONField(editable=False, verbose_name='as signed')),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='signed')),
                ('doctor', models.ForeignKey(limit_choices_to={'role': 'DOCTOR'}, on_delete=django.db.models.deletion.PROTECT, related_name='doctor_letters', to=settings.AUTH_USER_MODEL, verbose_name='doctor')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'letter',
                'verbose_name_plural': 'letters',
                'indexes': [models.Index(fields=['patient', '-signed_at'], name='letter_patient_signed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['VISIT', 'UNFIT', 'FIT', 'REFERRAL'])), name='letter_kind_valid', violation_error_message='Choose one of the listed values.'), models.CheckConstraint(condition=models.Q(models.Q(('from_date', None), ('kind', 'REFERRAL')), models.Q(models.Q(('kind', 'REFERRAL'), _negated=True), ('from_date__isnull', False)), _connector='OR'), name='letter_certificate_dated', violation_error_message='A certificate says from which day.'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'REFERRAL'), _negated=True), models.Q(models.Q(('addressee', ''), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='letter_referral_addressed', violation_error_message='A referral says to whom and what.'), models.CheckConstraint(condition=models.Q(('until_date', None), models.Q(('kind', 'UNFIT'), ('until_date__gte', models.F('from_date'))), _connector='OR'), name='letter_dates_in_order', violation_error_message='The last day is not before the first.')],
            },
        ),
    ]
