"""DECIDES: pure functions on plain values; no clock, no chance, no network, no database, no logging."""
