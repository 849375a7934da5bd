"""Questions of sellers and buyers about what is theirs, and nothing else."""
