"""Addresses of the billing app."""

from django.urls import path

from billing import views

app_name = "billing"

urlpatterns = [
    path("", views.InvoiceListView.as_view(), name="invoice_list"),
    path("for/<slug:pk>/new/", views.InvoiceCreateView.as_view(), name="invoice_create"),
    path("<slug:pk>/", views.InvoiceDetailView.as_view(), name="invoice_detail"),
    path("<slug:pk>/edit/", views.InvoiceUpdateView.as_view(), name="invoice_update"),
    path("<slug:pk>/pay/", views.InvoicePayView.as_view(), name="invoice_pay"),
    path("<slug:pk>/refund/", views.InvoiceRefundView.as_view(), name="invoice_refund"),
    path("<slug:pk>/archive/", views.InvoiceArchiveView.as_view(), name="invoice_archive"),
]
