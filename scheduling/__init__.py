"""Scheduling: doctors, when they are there, and who comes when."""
