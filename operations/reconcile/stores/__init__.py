"""`tillstream reconcile --stores`: each store with a database of its own, held against the centre.

`reading` asks either side, `comparing` judges what it says (pure), `feeds` tells what the centre
has sent and the store not yet applied, `run` looks at each store until what differs stands still.
What one side was not told yet is counted and is no difference.
"""
