"""What machines open: health checks, and later mailboxes and provider webhooks."""
