"""SHACL, and what a person can do about what it finds."""
