"""HOW TO REACH: the outbox, its attempts, the channels. Knows nothing of tickets or deadlines."""
