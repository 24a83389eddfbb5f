"""Which topics, which folds, which state, which outputs: one file an agent.

`retail.retail` declares them, `shop.Shop` joins them over the state of one partition. Rules live
in `tables`, I/O in the engine; neither may live here.
"""
