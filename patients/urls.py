"""Addresses of the patients app."""

from django.urls import path

from patients.views import chart, patients, records

app_name = "patients"

urlpatterns = [
    path("", patients.PatientListView.as_view(), name="patient_list"),
    path("new/", patients.PatientCreateView.as_view(), name="patient_create"),
    # Before the patients: their ids would read these words as an id.
    path("documents/", records.MedicalRecordListView.as_view(), name="medicalrecord_list"),
    path("documents/<slug:pk>/", records.MedicalRecordDetailView.as_view(), name="medicalrecord_detail"),
    path("documents/<slug:pk>/file/", records.MedicalRecordShowView.as_view(), name="medicalrecord_show"),
    path("documents/<slug:pk>/download/", records.MedicalRecordDownloadView.as_view(), name="medicalrecord_download"),
    path(
        "documents/<slug:pk>/thumbnail/", records.MedicalRecordThumbnailView.as_view(), name="medicalrecord_thumbnail"
    ),
    path("documents/<slug:pk>/pages/<int:number>/", records.MedicalRecordPageView.as_view(), name="medicalrecord_page"),
    path("documents/<slug:pk>/archive/", records.MedicalRecordArchiveView.as_view(), name="medicalrecord_archive"),
    path("documents/<slug:pk>/restore/", records.MedicalRecordRestoreView.as_view(), name="medicalrecord_restore"),
    path("<slug:pk>/", chart.PatientDetailView.as_view(), name="patient_detail"),
    path("<slug:pk>/edit/", patients.PatientUpdateView.as_view(), name="patient_update"),
    path("<slug:pk>/contact/", patients.PatientContactUpdateView.as_view(), name="patient_contact_update"),
    path("<slug:pk>/guardians/new/", patients.GuardianCreateView.as_view(), name="guardian_create"),
    path("<slug:pk>/notes/", chart.PatientNotesUpdateView.as_view(), name="patient_notes_update"),
    path("<slug:pk>/documents/new/", records.MedicalRecordCreateView.as_view(), name="medicalrecord_create"),
    path(
        "<slug:pk>/documents/archived/",
        records.MedicalRecordArchiveListView.as_view(),
        name="medicalrecord_archive_list",
    ),
]
