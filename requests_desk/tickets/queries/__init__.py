"""What can be read of requests: nouns, for every face."""
