"""Re-reads a whole log and everything published of it, and names what is wrong and where."""
