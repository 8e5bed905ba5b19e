"""Letters, notices to staff, and the outbox that sends them once."""
