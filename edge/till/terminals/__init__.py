"""Card terminals: what a till asks of them, and how no loss and no crash takes money twice."""
