"""Agencies, units, people, memberships and personal tokens."""
