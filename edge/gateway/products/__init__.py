"""What a till asks about a product: `levels` is who has it, `product_call` answers over HTTP."""
