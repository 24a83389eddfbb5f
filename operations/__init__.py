"""What operators use: looking at an installation, comparing its figures, and deciding.

Lives here: whatever a command of `tillstream` does to a running installation, subject by subject.
What is found says itself, in words and as JSON. May not live here: settings, options and exit
statuses; anything that a worker does with an event.
"""
