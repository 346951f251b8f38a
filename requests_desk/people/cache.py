"""The cache, which counts failed sign-ins: a store that is away must not lock everybody out."""

from __future__ import annotations

import logging
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


class Cache(RedisCache):
    """Act as an empty cache while the store does not answer: passwords and second factors still guard."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return what is kept, or `default`."""
        try:
            return super().get(key, default, version)
        except redis.RedisError:
            return self._away(default)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Keep it where nothing is kept yet, and tell whether that was so."""
        try:
            return super().add(*args, **kwargs)
        except redis.RedisError:
            # As if it had been kept: an empty cache takes everything, and allauth counts by it.
            return bool(self._away(True))

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep it."""
        try:
            super().set(*args, **kwargs)
        except redis.RedisError:
            self._away(None)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget it."""
        try:
            return super().delete(*args, **kwargs)
        except redis.RedisError:
            return bool(self._away(False))

    def _away(self, instead: Any) -> Any:
        logger.warning("the cache does not answer: failed sign-ins are not counted")
        return instead
