"""What operators use: looking at an installation, comparing its figures, and deciding.

Lives here: whatever a command of `tillstream` does to a running installation, subject by subject.
May not live here: settings, options and what a terminal shows of them; anything that a worker
does with an event.
"""
