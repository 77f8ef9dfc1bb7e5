"""The one way evidence says no."""


class ProofError(Exception):
    """Bytes, a hash or a signature are not what they are said to be."""
