"""Where a seam stops looking like untouched film: learnt from untouched film.

Each limit is the 99.5th percentile of what a kind says of places where nothing was cut (99.9th of sound),
so that all kinds together leave about one untouched seam in thirty behind. Learnt from frames 1–640 of Big
Buck Bunny at 640 × 360 (© 2008 Blender Foundation, CC BY 3.0), as it is and with grain added; `make bench`
learns them again and tries them on other shots.
"""

LIMITS: dict[str, float] = {
    "click": 1.9,
    "colour": 4.1,
    "flow": 7.6,
    "grain": 6.1,
    "hush": 8.5,
    "light": 8.5,
    "loud": 7.7,
    "pace": 9.2,
    "sharp": 7.9,
}
"""Kind → spreads of the plate over which a seam is told."""
