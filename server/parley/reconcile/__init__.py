"""Reconciliation: which thing of a release somebody else's text means (Reconciliation Service API 0.2 and 1.0-draft).

`query` reads what is asked, `matcher` finds and scores, `answers`, `suggest`, `extend` and `manifest` say it in the
forms of the protocol. Nothing here knows HTTP; https://www.w3.org/community/reports/reconciliation/ specifies it.
"""
