"""What is done for a lead at each step; `perform` has the table of them."""
