"""The face of officers and administrators."""
