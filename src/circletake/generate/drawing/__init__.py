"""Pictures and sound made from arithmetic: shapes, paint, figures, places, strings."""
