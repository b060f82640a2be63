"""SPARQL in disposable, limited, network-less child processes over a read-only store.

`protocol` says what an engine is, `embedded` starts one, `client` asks it, on `connections` of which it keeps some.
Everything else runs in other processes: `zygote` forks executors, `executor` answers one query at a time inside the
walls that `sandbox` puts up, after `guard` has looked at the text; `frames` is the language they all speak.
"""
