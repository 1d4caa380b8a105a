"""All of Carebus and what it needs, as processes on this machine."""
