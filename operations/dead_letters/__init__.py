"""Messages that could not be applied: listed, sent back, and moved out of a worker's way."""
