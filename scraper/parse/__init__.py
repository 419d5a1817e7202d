"""Bytes to records. Knows no network, database, clock, randomness or logging."""
