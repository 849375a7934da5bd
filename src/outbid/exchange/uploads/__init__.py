"""Files of leads: put down as they come, and sold at a bounded pace by a job that any process may go on with."""
