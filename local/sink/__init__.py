"""A local stand-in for Azure Communication Services and push services: shows messages, sends reports back."""
