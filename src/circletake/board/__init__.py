"""From script to panels, and back from the cut: readers and plans. It knows no database and no pixels."""
