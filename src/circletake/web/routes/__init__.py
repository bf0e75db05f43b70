"""The routes, one file a room; each module's `router` is found by folder."""
