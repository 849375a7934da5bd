"""Requests that take more than to be sent: signed in, a second address, times for their phases."""
