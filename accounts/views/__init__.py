"""Pages of accounts: signing in, the profile, the audit log."""
