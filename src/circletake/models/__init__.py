"""Models by path: what a user's manifest names is loaded, checked by hash, and run; nothing is downloaded."""
