"""WHEN: calendars, policies, clocks, milestones. Knows nothing of tickets, people or messages."""
