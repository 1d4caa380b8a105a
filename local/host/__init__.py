"""The Functions host of the local cloud: what `func start` does, for HTTP, Service Bus queues and timers."""
