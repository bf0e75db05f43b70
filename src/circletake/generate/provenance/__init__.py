"""What the fields of a file say about how it was made: a file for each tool in `dialects`."""
