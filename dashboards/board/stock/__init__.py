"""What is on hand: the page of a product, the choice of a location's stock, and a level's past."""
