"""What can happen to a request: verbs, each one transaction with its events (design §3)."""
