"""The domain: requests, their clocks, replies, history and who may do what."""
