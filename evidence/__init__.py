"""The transparency log as mathematics, checkable by someone who runs none of our server."""
