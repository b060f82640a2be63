"""What HTTP says: negotiation, validators, codings, header fields. Knows nothing of pages."""
