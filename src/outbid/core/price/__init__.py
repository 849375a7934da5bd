"""Who pays which price, and who gets how much of it: floors, margins, payouts, ranking, what winners are charged."""
