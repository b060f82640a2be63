"""The site: an ASGI edge that owns HTTP, and a Flask application that owns routes, negotiation and pages."""
