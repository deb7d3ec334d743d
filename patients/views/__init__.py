"""Pages of the patients app, by subject."""
