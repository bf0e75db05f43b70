"""Repairs of a splice: one file a step, run in order by a stored recipe, again to the same bytes."""
