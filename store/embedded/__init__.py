"""The parts of the embedded PostgreSQL that `store.postgres` supervises."""
