"""A person's opinion: notes and drawings, as they leave on paper."""
