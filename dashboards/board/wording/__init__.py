"""Figures and times as people read them, in the locale of who reads. Pure; knows nothing else."""
