"""The cut: timeline versions, gaps, splices, renders and the record of what leaves."""
