"""Open formats that need large native libraries in a process that can do no harm."""
