"""Recipes across rooms, one file each. A recipe introduces rooms to each other and does no arithmetic."""
