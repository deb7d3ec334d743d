"""The consulting room: consultations and prescriptions."""
