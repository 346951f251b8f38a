"""What can go wrong, each as something done to the house while its promises come due: a short function a fault."""

from tests.faults.cells import processes, providers, stores, timer

__all__ = ["processes", "providers", "stores", "timer"]
