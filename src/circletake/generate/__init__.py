"""Making takes: what makes them, what was asked for, and the demo film that this room draws itself."""
