"""`tillstream rebuild`: the state made anew from the inputs, beside the workers that go on.

Here live the crew that builds the next generation, what it has come to, the hand-over to the
workers, and the removal of what earlier generations kept. Nothing that is live changes before the
new state is level with the inputs.
"""
