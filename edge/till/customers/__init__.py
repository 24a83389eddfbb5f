"""A customer's card at a till: `looking_up` asks the gateway who it is and what they bought,
`attaching` puts them to a cart, and `calls` answers over HTTP."""
