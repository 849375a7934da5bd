"""What a lead is: its values, the events that happened to it, and the state they fold into."""
