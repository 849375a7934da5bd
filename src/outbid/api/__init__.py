"""LISTENS: HTTP for sellers, buyers and the operator."""
