"""The sealed log: how chapters are hashed and chained, what a break in the chain is, what a buyer can check of it."""
