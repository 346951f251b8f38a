"""The desk on one machine: PostgreSQL, Valkey, web and workers as children of one process.

`python -m requests_desk.embedded run` keeps the whole desk, `… services` only the two stores.
Only `workers` imports Django: the application runs in the children, found by DESK_DATA alone.
"""
