"""What a release is made of: index, store, downloads, saved queries, and what has changed since the last."""
