"""Addresses of the consulting room."""

from django.urls import path

from clinical.views import consultations, documents, prescriptions

app_name = "clinical"

urlpatterns = [
    path(
        "patients/<slug:pk>/consultations/new/",
        consultations.ConsultationCreateView.as_view(),
        name="consultation_create",
    ),
    path(
        "patients/<slug:pk>/prescriptions/new/",
        prescriptions.PatientPrescriptionCreateView.as_view(),
        name="patient_prescription_create",
    ),
    path("consultations/<slug:pk>/", consultations.ConsultationDetailView.as_view(), name="consultation_detail"),
    path("consultations/<slug:pk>/start/", consultations.ConsultationStartView.as_view(), name="consultation_start"),
    path("consultations/<slug:pk>/write/", consultations.ConsultationUpdateView.as_view(), name="consultation_update"),
    path(
        "consultations/<slug:pk>/complete/",
        consultations.ConsultationCompleteView.as_view(),
        name="consultation_complete",
    ),
    path(
        "consultations/<slug:pk>/archive/", consultations.ConsultationArchiveView.as_view(), name="consultation_archive"
    ),
    path(
        "consultations/<slug:pk>/prescriptions/new/",
        prescriptions.PrescriptionCreateView.as_view(),
        name="prescription_create",
    ),
    path("prescriptions/", prescriptions.PrescriptionListView.as_view(), name="prescription_list"),
    path("prescriptions/<slug:pk>/", prescriptions.PrescriptionDetailView.as_view(), name="prescription_detail"),
    path("prescriptions/<slug:pk>/write/", prescriptions.PrescriptionUpdateView.as_view(), name="prescription_update"),
    path(
        "prescriptions/<slug:pk>/archive/", prescriptions.PrescriptionArchiveView.as_view(), name="prescription_archive"
    ),
    path("prescriptions/<slug:pk>/print/", documents.PrescriptionPrintView.as_view(), name="prescription_print"),
    path("prescriptions/<slug:pk>/labels/", documents.PrescriptionLabelsView.as_view(), name="prescription_labels"),
    path("patients/<slug:pk>/certificates/new/", documents.LetterCertifyView.as_view(), name="letter_certify"),
    path("patients/<slug:pk>/referrals/new/", documents.LetterReferView.as_view(), name="letter_refer"),
    path("letters/<slug:pk>/", documents.LetterDetailView.as_view(), name="letter_detail"),
    path("letters/<slug:pk>/print/", documents.LetterPrintView.as_view(), name="letter_print"),
    path("letters/<slug:pk>/archive/", documents.LetterArchiveView.as_view(), name="letter_archive"),
]
