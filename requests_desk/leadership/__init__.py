"""The face of the leadership: reads only."""
