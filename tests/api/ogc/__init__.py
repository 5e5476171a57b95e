"""The OGC services, judged by the standards and by the programs people use."""
