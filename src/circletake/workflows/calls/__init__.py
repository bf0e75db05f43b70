"""What a worker process runs: content in, content and figures out. Nothing here knows the book."""
