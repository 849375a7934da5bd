"""STARTS: reads the settings once, opens the rooms, hands each what it needs."""
