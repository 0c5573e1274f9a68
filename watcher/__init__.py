"""Watch Arabic news and tell people when a topic they wrote down is reported."""

__version__ = "0.1.0"
