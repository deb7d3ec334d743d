"""Addresses of the scheduling app."""

from django.urls import path

from scheduling.views import booking, changes, feeds, hours, notices, offers, series, slots, visits, waiting

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
    path("visits/<slug:pk>/cancel/series/", series.SeriesCancelView.as_view(), name="series_cancel"),
    path("visits/<slug:pk>/move/series/", series.SeriesMoveView.as_view(), name="series_move"),
    path("series/new/", series.SeriesCreateView.as_view(), name="series_create"),
    path("series/<slug:pk>/", series.SeriesDetailView.as_view(), name="series_detail"),
    path("slots/", slots.SlotListView.as_view(), name="slot_list"),
    path("hours/", hours.AvailabilityUpdateView.as_view(), name="availability_update"),
    path("hours/exceptions/new/", hours.ExceptionCreateView.as_view(), name="exception_create"),
    path("hours/exceptions/<slug:pk>/", hours.ExceptionUpdateView.as_view(), name="exception_update"),
    path("hours/exceptions/<slug:pk>/remove/", hours.ExceptionRemoveView.as_view(), name="exception_remove"),
    path("hours/off/new/", hours.TimeOffCreateView.as_view(), name="time_off_create"),
    path("hours/off/<slug:pk>/", hours.TimeOffUpdateView.as_view(), name="time_off_update"),
    path("hours/off/<slug:pk>/remove/", hours.TimeOffRemoveView.as_view(), name="time_off_remove"),
    path("waiting/", waiting.WaitingEntryListView.as_view(), name="waiting_list"),
    path("waiting/new/", waiting.WaitingEntryCreateView.as_view(), name="waiting_create"),
    path("waiting/<slug:pk>/edit/", waiting.WaitingEntryUpdateView.as_view(), name="waiting_update"),
    path("waiting/<slug:pk>/remove/", waiting.WaitingEntryRemoveView.as_view(), name="waiting_remove"),
    path("waiting/<slug:pk>/return/", waiting.WaitingEntryReturnView.as_view(), name="waiting_return"),
    path("offers/new/", offers.OfferCreateView.as_view(), name="offer_create"),
    path("offers/<slug:pk>/book/", offers.OfferBookView.as_view(), name="offer_book"),
    path("offers/<slug:pk>/withdraw/", offers.OfferWithdrawView.as_view(), name="offer_withdraw"),
    path("offers/<slug:key>/", offers.OfferAcceptView.as_view(), name="offer_accept"),
    path("mails/<slug:pk>/", notices.NoticePreferenceView.as_view(), name="notice_preference"),
    path("calendar/", feeds.CalendarFeedView.as_view(), name="calendar_feed"),
    path("calendar/<slug:pk>/revoke/", feeds.CalendarFeedRevokeView.as_view(), name="calendar_feed_revoke"),
    path("calendar/<slug:key>.ics", feeds.CalendarFileView.as_view(), name="calendar_file"),
]
