"""The audit trail: who changed or opened what, from where."""
