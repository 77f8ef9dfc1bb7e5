"""Fills in the forms: each function draws content that passes its form's check."""
