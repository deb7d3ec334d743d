"""Billing: what patients owe and what they paid."""
