"""A person's opinion, on paper."""
