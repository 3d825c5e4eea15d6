"""Answers kept for the same question, where a purpose asks for it: exact, and never across organisations."""

from gateway.cache.cache import LARGEST, Cache, NoCache, key_of, packed, unpacked
from gateway.cache.database import DatabaseCache
from gateway.cache.opening import open_cache

__all__ = ["LARGEST", "Cache", "DatabaseCache", "NoCache", "key_of", "open_cache", "packed", "unpacked"]
