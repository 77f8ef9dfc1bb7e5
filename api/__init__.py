"""The web edge: translates requests into commands and answers into HTTP."""
