"""Addresses of the consulting room."""

from django.urls import path

from clinical.views import (
    addenda,
    consultations,
    documents,
    drafts,
    evidence,
    follow_ups,
    history,
    note_templates,
    prescribing,
    prescription_templates,
    prescriptions,
    snippets,
    writing,
)

app_name = "clinical"

urlpatterns = [
    path(
        "patients/<slug:pk>/consultations/new/",
        consultations.ConsultationCreateView.as_view(),
        name="consultation_create",
    ),
    path(
        "patients/<slug:pk>/prescriptions/new/",
        prescribing.PatientPrescriptionCreateView.as_view(),
        name="patient_prescription_create",
    ),
    path("consultations/<slug:pk>/", consultations.ConsultationDetailView.as_view(), name="consultation_detail"),
    path("consultations/<slug:pk>/start/", consultations.ConsultationStartView.as_view(), name="consultation_start"),
    path("consultations/<slug:pk>/write/", writing.ConsultationUpdateView.as_view(), name="consultation_update"),
    path("consultations/<slug:pk>/addenda/new/", addenda.AddendumCreateView.as_view(), name="addendum_create"),
    path(
        "consultations/<slug:pk>/note-template/new/",
        note_templates.NoteTemplateCreateView.as_view(),
        name="note_template_create",
    ),
    path(
        "note-templates/<slug:pk>/write/", note_templates.NoteTemplateUpdateView.as_view(), name="note_template_update"
    ),
    path("patients/<slug:pk>/history/", history.HistoryView.as_view(), name="history"),
    path("patients/<slug:pk>/records/", history.RecordsView.as_view(), name="records"),
    path("patients/<slug:pk>/remedies/", history.RemedyTimelineView.as_view(), name="remedy_timeline"),
    path("snippets/", snippets.SnippetListView.as_view(), name="snippet_list"),
    path("snippets/menu/", snippets.SnippetMenuView.as_view(), name="snippet_menu"),
    path("snippets/new/", snippets.SnippetCreateView.as_view(), name="snippet_create"),
    path("snippets/<slug:pk>/write/", snippets.SnippetUpdateView.as_view(), name="snippet_update"),
    path("snippets/<slug:pk>/favourite/", snippets.SnippetFavouriteView.as_view(), name="snippet_favourite"),
    path("snippets/<slug:pk>/remove/", snippets.SnippetRemoveView.as_view(), name="snippet_remove"),
    path("consultations/<slug:pk>/draft/", drafts.NoteDraftView.as_view(), name="note_draft"),
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
        prescribing.PrescriptionCreateView.as_view(),
        name="prescription_create",
    ),
    path(
        "patients/<slug:pk>/prescriptions/reading/",
        prescribing.PrescriptionReadingView.as_view(),
        name="prescription_reading",
    ),
    path("remedies/", prescribing.RemedySearchView.as_view(), name="remedy_search"),
    path("evidence/", evidence.EvidenceView.as_view(), name="evidence"),
    path("evidence/cases/", evidence.EvidenceCaseListView.as_view(), name="evidence_case_list"),
    path(
        "prescription-templates/",
        prescription_templates.PrescriptionTemplateListView.as_view(),
        name="prescription_template_list",
    ),
    path(
        "prescription-templates/<slug:pk>/write/",
        prescription_templates.PrescriptionTemplateUpdateView.as_view(),
        name="prescription_template_update",
    ),
    path(
        "prescription-templates/<slug:pk>/archive/",
        prescription_templates.PrescriptionTemplateArchiveView.as_view(),
        name="prescription_template_archive",
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
    path("prescriptions/<slug:pk>/write/", prescribing.PrescriptionUpdateView.as_view(), name="prescription_update"),
    path(
        "prescriptions/<slug:pk>/replace/", prescribing.PrescriptionReplaceView.as_view(), name="prescription_replace"
    ),
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
