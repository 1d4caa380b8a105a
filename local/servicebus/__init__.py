"""A Service Bus namespace on a laptop: the queues of a Config.json, spoken to with the unmodified Azure SDKs."""
