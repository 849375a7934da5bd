"""The whole exchange on a fake clock, network and database, from one seed."""
