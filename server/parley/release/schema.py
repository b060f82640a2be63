"""The tables of `index.sqlite`: what every page needs, each in one or two lookups, without the query engine.

Names are N-Triples terms without the angle brackets: IRIs as they are, blank nodes as `_:label`. A node's own quads are
kept as canonical N-Quads in a table of their own, so that looking a name up does not page through descriptions.
"""

from __future__ import annotations

from typing import Final

#: Raised with every change that an older reader would misread.
VERSION: Final = 8

#: Weights of the columns of `search` in bm25: labels, alternative labels, descriptions.
SEARCH_WEIGHTS: Final = (10.0, 6.0, 1.0)

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE graph (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, role TEXT NOT NULL, triples INTEGER NOT NULL, files TEXT NOT NULL
);
CREATE TABLE property (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, triples INTEGER NOT NULL);
-- Subjects and objects. incoming: links that point here; kind: its rarest class; owner: of a blank node, the named
-- node in whose description it stands; topic: see parley/topics.py.
CREATE TABLE node (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, incoming INTEGER NOT NULL DEFAULT 0, kind INTEGER, owner INTEGER,
  topic TEXT
);
CREATE TABLE description (node INTEGER PRIMARY KEY, quads BLOB NOT NULL);
CREATE TABLE incoming (
  object INTEGER, position INTEGER, property INTEGER NOT NULL, subject INTEGER NOT NULL, graph INTEGER NOT NULL,
  PRIMARY KEY (object, position)
) WITHOUT ROWID;
-- The subjects that have statements in a graph, in the order of their numbers.
CREATE TABLE graph_subject (
  graph INTEGER, position INTEGER, node INTEGER NOT NULL, PRIMARY KEY (graph, position)
) WITHOUT ROWID;
CREATE TABLE fragment (document TEXT, iri TEXT, PRIMARY KEY (document, iri)) WITHOUT ROWID;
-- The best label a language; rank: place of its property in LABEL_PROPERTIES.
CREATE TABLE label (
  node INTEGER, language TEXT, rank INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (node, language)
) WITHOUT ROWID;
-- The names by which people may mean a thing of the default graph, folded (`words.fold`), each once, and the same
-- without spaces (`words.compact`); form: what kind of name it is (`names.Form`). name_part finds similar ones by their
-- three-letter parts, name_frequency says how many names have one.
CREATE TABLE name (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, compact TEXT NOT NULL, node INTEGER NOT NULL, form INTEGER NOT NULL,
  language TEXT NOT NULL
);
CREATE INDEX name_key ON name (key);
CREATE INDEX name_compact ON name (compact);
CREATE INDEX name_node ON name (node);
CREATE VIRTUAL TABLE name_part USING fts5 (
  key, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1'
);
CREATE TABLE name_frequency (part TEXT PRIMARY KEY, names INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE class (node INTEGER PRIMARY KEY, instances INTEGER NOT NULL);
CREATE TABLE instance (
  class INTEGER, position INTEGER, node INTEGER NOT NULL, PRIMARY KEY (class, position)
) WITHOUT ROWID;
CREATE INDEX instance_node ON instance (node);
-- What a search is narrowed by: the themes (broader ones too) and places a thing is linked to, the years it is about.
CREATE TABLE facet (
  node INTEGER, facet TEXT, value INTEGER, PRIMARY KEY (node, facet, value)
) WITHOUT ROWID;
CREATE INDEX facet_value ON facet (facet, value);
CREATE TABLE period (
  node INTEGER, first INTEGER, last INTEGER, PRIMARY KEY (node, first, last)
) WITHOUT ROWID;
-- The properties of the things of a class, by things that have them and triples; asserted links between kinds.
CREATE TABLE usage (
  class INTEGER, property INTEGER, things INTEGER NOT NULL, triples INTEGER NOT NULL, PRIMARY KEY (class, property)
) WITHOUT ROWID;
CREATE TABLE link (
  subject INTEGER, property INTEGER, object INTEGER, triples INTEGER NOT NULL, PRIMARY KEY (subject, property, object)
) WITHOUT ROWID;
-- How statements follow. A term is in N-Triples syntax; premises are numbers of rows; without a rule a row is only a
-- premise of others, asserted somewhere.
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE rule (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE derivation (
  id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, predicate INTEGER NOT NULL, object INTEGER NOT NULL,
  rule INTEGER, premises TEXT, UNIQUE (subject, predicate, object)
);
-- One row for the texts of a node in a language; the texts themselves are only in the full-text index.
CREATE TABLE text (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, language TEXT NOT NULL);
CREATE VIRTUAL TABLE search USING fts5 (
  label, alternative, description,
  content='', prefix='2 3', tokenize="unicode61 remove_diacritics 2"
);
"""
