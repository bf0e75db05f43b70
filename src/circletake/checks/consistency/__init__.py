"""Checks of identity: is this still the same character, frame by frame."""
