"""Importers of scripts and boards, a file each; every one has an `importer`."""
