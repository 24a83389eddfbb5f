"""Employees at the gateway: `pins` tells whether somebody is who they say, `authorizations` who may
ask for what is not everybody's, and `authorize_call` answers over HTTP."""
