"""The doors of the command line: parameters and help here, the work in `shared/cli/<concern>.py`."""
