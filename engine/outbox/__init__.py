"""Messages to people wait here, written in the same transaction as the act that caused them; one file a channel."""
