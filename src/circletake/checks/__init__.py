"""A machine's opinion: checks measure content frame by frame and never decide."""
