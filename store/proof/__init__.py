"""What is published of a log, and kept of what others say about it."""
