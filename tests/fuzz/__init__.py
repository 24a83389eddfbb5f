"""A gateway, asked whatever its OpenAPI document lets one ask, and some more."""
