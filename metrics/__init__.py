"""The catalogue of metrics: what `/metrics` shows, process by process, and the page that says so.

Lives here: names, kinds, labels and meanings. May not live here: a figure. Everyone may import
this package, so it imports nobody and no client library.
"""
