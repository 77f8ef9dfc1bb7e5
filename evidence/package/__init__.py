"""The evidence package: a record's events with their proofs, for somebody who trusts nobody here."""
