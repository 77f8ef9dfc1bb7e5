"""The command line: starts, checks, imports, measures."""
