"""Checks of the signal: what is broken whatever the story is."""
