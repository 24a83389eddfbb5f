"""One partition's work under a simulated log, store and clock, thousands of seeds a minute.

Real: the fold and commit loop of `engine.partition`, its state, and the whole retail agent.
Simulated: Kafka's transactions (`log`), the disk (`disk`), time and the order of everything
(`loop`). The verdict is that of `tests.acceptance.outside`. A seed draws a scenario
(`scenario`), a failing one is made smaller and printed as a test (`shrink`), and `mutants` are
deliberately broken orders that must be found. Nothing here may wait for real time, read a real
clock, or draw a number that does not come from the seed.
"""
