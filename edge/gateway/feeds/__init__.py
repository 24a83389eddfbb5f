"""What comes to the store from the centre: one form for all of it, whichever way it comes.

A *source* brings news: rows by kind and id, as bytes. An *ear* takes those of its kind: proves
them, keeps them in the gateway's file and lets them count. So a gateway that starts in a dark store
knows what it knew, and a source may come and go without an ear that notices.
"""
