"""What a view of a character differs in, one scorer a file; each learns from the bank and measures a view."""
