"""What is true of a record, and who may do what; no database, no web."""
