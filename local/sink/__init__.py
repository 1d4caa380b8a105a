"""A local stand-in for Azure Communication Services: takes SMS and e-mail, shows them, sends reports back."""
