"""What tests share: scripted buyers on loopback, small markets, a whole exchange in this process."""
