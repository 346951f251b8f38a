"""Static files under names that change with their content, compressed once when collected."""

from __future__ import annotations

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Brotli at 9 of 11: a twentieth larger, and the first start of a desk does not wait half a minute for it."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Return `data` compressed."""
        compressed: bytes = brotli.compress(data, quality=9)
        return compressed


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    keep_only_hashed_files = True

    def create_compressor(self, **options: Any) -> Compressor:
        """Return what compresses each collected file. Source maps are read by developers alone."""
        return QuickCompressor(**options | {"extensions": (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")})
