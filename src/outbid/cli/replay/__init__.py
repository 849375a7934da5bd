"""`outbid leads receipts`, `replay` and `dry-run`, `dry-run`, `changes` and `return`: looking back, and ahead."""
