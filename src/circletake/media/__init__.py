"""Bytes in, frames out, the same every time: store, probe, decode, encode. PyAV lives only here."""
