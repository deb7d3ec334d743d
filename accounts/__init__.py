"""Accounts: people who sign in, what their role may do, and the audit trail."""
