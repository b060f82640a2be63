"""From a folder of RDF to a release: read, validate, infer, index, dump. Knows no HTTP."""
