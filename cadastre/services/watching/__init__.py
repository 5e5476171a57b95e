"""Follow an area, a title or a holder: letters, feeds and calls about public events, no account."""
