"""Products, locations and assortment as people keep them: forms, their checks, and their writes.

``kinds`` says what a row of each has, ``reading`` makes a row of what was typed, ``merging`` tells
what two editors did to one row, ``editing`` writes by the statements of ``store``, and
``publications`` remembers a change until ``publishing`` hears it come back on its ``cdc.*`` topic.
What a row may hold is decided by the models in `topics.changes` and the constraints of the
tables, not here.
"""
