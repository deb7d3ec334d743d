"""Forms of the patients app, by subject."""
