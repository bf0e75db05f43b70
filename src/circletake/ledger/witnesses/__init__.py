"""Witnesses of checkpoints, a file each: found by folder, named in `studio.toml`, strangers to each other."""
