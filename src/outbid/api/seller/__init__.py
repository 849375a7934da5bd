"""The half of the API that sellers see: their leads, their feeds, their pay."""
