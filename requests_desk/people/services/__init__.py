"""What can happen to agencies, people and their tokens."""
