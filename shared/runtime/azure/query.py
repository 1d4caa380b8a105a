"""A range of one partition's rows, or one row of each partition, as an OData filter."""

_CONTROLS = range(0x7F, 0xA0)
"""Not allowed in keys (understanding-the-table-service-data-model), so no key lies between `~` and the first beyond."""


def filter_of(partition: str, prefix: str, after: str) -> tuple[str, dict[str, str]]:
    """Return the filter and its parameters; the SDK quotes them."""
    clauses, parameters = ["PartitionKey eq @partition"], {"partition": partition}
    if after and after >= prefix:
        clauses.append("RowKey gt @after")
        parameters["after"] = after
    elif prefix:
        clauses.append("RowKey ge @prefix")
        parameters["prefix"] = prefix
    if prefix:
        clauses.append("RowKey lt @end")
        parameters["end"] = _end(prefix)
    return " and ".join(clauses), parameters


def filter_across(key: str, after: str) -> tuple[str, dict[str, str]]:
    """Return the filter for one key's row in all partitions beyond `after`, and its parameters."""
    clauses, parameters = ["RowKey eq @key"], {"key": key}
    if after:
        clauses.append("PartitionKey gt @after")
        parameters["after"] = after
    return " and ".join(clauses), parameters


def _end(prefix: str) -> str:
    """Return the first key beyond all that begin with the prefix."""
    last = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(_CONTROLS.stop if last in _CONTROLS else last)
