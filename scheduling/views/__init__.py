"""Pages of visits and of working hours."""
