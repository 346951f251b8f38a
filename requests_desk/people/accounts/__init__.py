"""Signing in and what belongs to one's own account; allauth does the work, in our words and our look."""
