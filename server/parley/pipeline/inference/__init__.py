"""What follows: OWL 2 RL, rules of the publication, contradictions, and why each statement holds."""
