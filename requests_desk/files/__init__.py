"""What a file holds, whatever its name says: a leaf that knows nothing of requests."""
