"""A release on disk: the directory, its manifest, and the read-only view that pages and commands stand on."""
