"""The seal on what leaves: Content Credentials (C2PA), signed and read. c2pa lives only here."""
