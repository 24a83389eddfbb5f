"""Who this till is: a voucher becomes a key and a certificate, which is renewed in time.

`folder` keeps it on the disk, `registration` speaks with the one that gives certificates, and
`keeper` does what is due. A step that is interrupted is taken up again at the next start.
"""
