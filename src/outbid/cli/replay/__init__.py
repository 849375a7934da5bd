"""`outbid leads receipts`, `replay` and `dry-run`: looking back at decisions, and ahead."""
