"""An invented department with invented requests: only for the demonstration and the tests."""
