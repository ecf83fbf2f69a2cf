"""How words travel: each channel only translates; what to do about an error is decided by its one caller."""
