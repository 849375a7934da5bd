"""What happens in the exchange second by second, for who looks on."""
