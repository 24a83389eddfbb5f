"""How far each store is with its feed, for operators: read from the topics, with or without a
process that writes them."""
