"""The only place that builds things and hands them over. A room of it is imported by name."""
