"""Addresses of the scheduling app."""

from django.urls import path

from scheduling.views import booking, changes, hours, slots, visits

app_name = "scheduling"

urlpatterns = [
    path("visits/", visits.AppointmentListView.as_view(), name="appointment_list"),
    path("visits/new/", booking.AppointmentCreateView.as_view(), name="appointment_create"),
    path("visits/new/patient/", slots.PatientChooseView.as_view(), name="patient_choose"),
    path("visits/request/", booking.AppointmentRequestView.as_view(), name="appointment_request"),
    path("visits/<slug:pk>/", visits.AppointmentDetailView.as_view(), name="appointment_detail"),
    path("visits/<slug:pk>/confirm/", changes.AppointmentConfirmView.as_view(), name="appointment_confirm"),
    path("visits/<slug:pk>/move/", booking.AppointmentRescheduleView.as_view(), name="appointment_reschedule"),
    path("visits/<slug:pk>/cancel/", changes.AppointmentCancelView.as_view(), name="appointment_cancel"),
    path("visits/<slug:pk>/restore/", changes.AppointmentRestoreView.as_view(), name="appointment_restore"),
    path("visits/<slug:pk>/check-in/", changes.AppointmentCheckInView.as_view(), name="appointment_check_in"),
    path("visits/<slug:pk>/no-show/", changes.AppointmentNoShowView.as_view(), name="appointment_no_show"),
    path("slots/", slots.SlotListView.as_view(), name="slot_list"),
    path("hours/", hours.AvailabilityUpdateView.as_view(), name="availability_update"),
]
