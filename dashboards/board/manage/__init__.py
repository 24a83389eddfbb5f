"""Products, locations and assortment as people keep them: forms, their checks, and their writes.

``kinds`` says what a row of each has, ``reading`` makes a row of what was typed, ``merging`` tells
what two editors did to one row, ``store`` has the statements, and ``publications`` follows a
change until it came back on its ``cdc.*`` topic. All but ``store`` is pure. What a row may hold
is decided by the models in `topics.changes` and the constraints of the tables, not here.
"""
