"""Timer triggers: when they run, and what they missed."""
