"""Printed documents: pure functions from rows to the bytes of a PDF, the same bytes for the same rows."""
