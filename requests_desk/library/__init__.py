"""Published answers and documents: what everyone may read. Knows nothing of requests."""
