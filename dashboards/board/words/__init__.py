"""Figures, times and rows as people read them. Pure, and in the locale of who reads."""
