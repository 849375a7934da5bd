"""The processes of `outbid serve`: supervisor and exchange processes."""
