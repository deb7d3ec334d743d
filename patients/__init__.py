"""Patients: who they are, their documents, and the frame of their chart."""
