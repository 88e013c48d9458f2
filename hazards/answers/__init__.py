"""What requests with an idempotency key were answered."""
