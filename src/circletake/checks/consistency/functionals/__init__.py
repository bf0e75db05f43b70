"""What a whole shot does that no single frame shows: one number of its course, a file each."""
