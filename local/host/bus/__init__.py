"""Service Bus triggers: from a queue to an invocation, one by one or in batches, and back."""
