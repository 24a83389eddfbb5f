"""What changed, told to the pages that show it."""
