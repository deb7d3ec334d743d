"""How each language writes days and times, where Django itself writes them."""
