"""Ways to pay: one shape for all, an online provider over HTTP, bank and Treasury by hand."""
