"""The host as several processes: who starts them, what they say to each other, and how they are changed."""
