"""circletake: takes are measured by machines, judged by people, and shipped with proof."""

__version__ = "0.1.0"
