"""Pages of the consulting room, by subject."""
