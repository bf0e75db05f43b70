"""Whether a shot that was put into a hole can be told from what stands on either side of it."""
