"""What carries words to people: claim, render, pace, send, settle. Each leaves once."""
