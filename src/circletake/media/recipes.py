"""Names of what is made of every content for people to look at; a higher number is a new way of making it."""

FRAMES, PROXY, POSTER, SIGNATURE = "frames-1", "proxy-1", "poster-1", "signature-1"
