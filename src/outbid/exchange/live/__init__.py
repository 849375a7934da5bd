"""What is true only now of those who may be asked: their share of the leads, room, how often they were asked."""
