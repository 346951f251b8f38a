"""The face for machines: DRF under /api/v1/."""
