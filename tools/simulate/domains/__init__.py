"""The parts of a life, one module each: what is done to a record because of them."""
