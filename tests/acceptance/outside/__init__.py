"""A program that knows only the contracts: it feeds a stack and checks what comes out."""
