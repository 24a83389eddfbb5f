"""How programs read what Tillstream says: one page, with contracts and example programs."""
