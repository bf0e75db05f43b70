"""Verbs, one file a room; each module's `register` adds its verbs to the command line."""
