"""Employees at a till, with no gateway asked: who is there, by card and PIN, and what they may do.

`staff` joins the rest: `news` says how old the list of employees is, `attempts` counts wrong PINs,
`seat` knows who is signed in, `limits` what each may do, `leave` what an event asks of them, and
`shown_cards` checks what was shown.
"""
