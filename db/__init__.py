"""What the bot remembers. Only this package speaks SQL; one module a noun, with its rows, its queries and its rules."""
