"""Views: what is folded from the events of the log."""
