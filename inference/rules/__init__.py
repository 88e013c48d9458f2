"""Rules: each judges one zone of one camera and speaks in violations."""
