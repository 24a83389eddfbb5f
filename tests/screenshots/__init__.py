"""`make screenshots`: a picture of every page of the board, over shops that have sold for days.

Not a test: people look at what comes out. The shops, their sales and their troubles come out of
the simulator and go through the whole stack, so what a picture shows is what a user would see.
"""
