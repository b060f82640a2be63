"""The ASGI edge: what HTTP asks of a server and WSGI can't say, the way into Flask, and what is kept of answers."""
