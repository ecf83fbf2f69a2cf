"""What others reach over HTTP: the platforms with their webhooks, and whoever asks whether the bot is well."""
