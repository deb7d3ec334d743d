"""How fast the busiest pages are, over a clinic of a hundred doctors."""
