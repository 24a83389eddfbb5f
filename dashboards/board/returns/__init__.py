"""Goods that came back and that nothing explains, for operators: the list names employees."""
