"""Factories that make rows of every table, for the demo clinic and for the tests."""
