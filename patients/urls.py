"""Addresses of the patients app."""

from django.urls import path

from patients.views import chart, patients, records

app_name = "patients"

urlpatterns = [
    path("", patients.PatientListView.as_view(), name="patient_list"),
    path("new/", patients.PatientCreateView.as_view(), name="patient_create"),
    # Before the patients: their ids would read these words as an id.
    path("documents/", records.MedicalRecordListView.as_view(), name="medicalrecord_list"),
    path("documents/<slug:pk>/", records.MedicalRecordDownloadView.as_view(), name="medicalrecord_download"),
    path("<slug:pk>/", chart.PatientDetailView.as_view(), name="patient_detail"),
    path("<slug:pk>/edit/", patients.PatientUpdateView.as_view(), name="patient_update"),
    path("<slug:pk>/contact/", patients.PatientContactUpdateView.as_view(), name="patient_contact_update"),
    path("<slug:pk>/guardians/new/", patients.GuardianCreateView.as_view(), name="guardian_create"),
    path("<slug:pk>/notes/", chart.PatientNotesUpdateView.as_view(), name="patient_notes_update"),
    path("<slug:pk>/documents/new/", records.MedicalRecordCreateView.as_view(), name="medicalrecord_create"),
]
