"""Addresses of the consulting room."""

from django.urls import path

from clinical.views import consultations, follow_ups, prescriptions

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
    path("patients/<slug:pk>/see-again/", follow_ups.FollowUpCreateView.as_view(), name="follow_up_create"),
    path("follow-ups/", follow_ups.FollowUpListView.as_view(), name="follow_up_list"),
    path("follow-ups/<slug:pk>/unanswered/", follow_ups.FollowUpUnansweredView.as_view(), name="follow_up_unanswered"),
    path(
        "follow-ups/<slug:pk>/forget-unanswered/",
        follow_ups.FollowUpForgetUnansweredView.as_view(),
        name="follow_up_forget_unanswered",
    ),
    path("follow-ups/<slug:pk>/decline/", follow_ups.FollowUpDeclineView.as_view(), name="follow_up_decline"),
    path("follow-ups/<slug:pk>/return/", follow_ups.FollowUpReturnView.as_view(), name="follow_up_return"),
    path("prescriptions/", prescriptions.PrescriptionListView.as_view(), name="prescription_list"),
    path("prescriptions/<slug:pk>/", prescriptions.PrescriptionDetailView.as_view(), name="prescription_detail"),
    path("prescriptions/<slug:pk>/write/", prescriptions.PrescriptionUpdateView.as_view(), name="prescription_update"),
    path(
        "prescriptions/<slug:pk>/archive/", prescriptions.PrescriptionArchiveView.as_view(), name="prescription_archive"
    ),
]
