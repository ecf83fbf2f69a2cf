"""The real bot on the real page: what people see and do in a browser, and the pictures of it in the guides."""
