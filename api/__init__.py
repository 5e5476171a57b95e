"""The JSON API: parses a request, calls one service, represents the answer."""
