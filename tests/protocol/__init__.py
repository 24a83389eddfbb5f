"""The model of the protocol in `edge/protocol`, checked by spin: docs/protocol.md."""
