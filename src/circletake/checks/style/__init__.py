"""Checks of style: does a take look as the production's style bible does."""
