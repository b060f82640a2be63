"""The presentation model: what pages show, made from the release's index. Knows no HTTP and no Flask."""
