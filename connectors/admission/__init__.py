"""What stores with a Kafka of their own send, admitted at the centre: each speaks for itself alone.

`judging` decides what becomes of a message, by rules without a client. `carrying` moves messages
from `up.<location>.*` on to the centre's inputs, or to the dead letters beside the former, in
transactions with its own positions: each is moved once, in its store's order.
"""
