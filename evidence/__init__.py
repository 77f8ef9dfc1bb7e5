"""The transparency log as mathematics: bytes, hashes and signatures, checkable by someone who runs none of our server."""
