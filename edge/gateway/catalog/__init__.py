"""The store's catalog at its gateway: versions of the bundle, and the call that tells them.

`centre_rows` says which of the centre's rows concern the store, `versions` what changed from one
version to another (both pure); `keeping` has them on the disk, `desk` joins these and lets tills
wait for news, and `bundle_call` answers over HTTP.
"""
