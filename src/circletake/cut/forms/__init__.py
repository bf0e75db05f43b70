"""Forms of timeline, a file each: found by folder, or by an entry point of this group."""
