"""The command line: a door. Every verb calls the studio and prints what it answers."""
