"""What keeps the database in shape: migrations, partitions, chores, health."""
