"""What the site says in RDF and SPARQL: documents about things, the data set and service described, queries read."""
