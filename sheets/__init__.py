"""Files that people open: rosters come in as spreadsheets, forms and papers go out. All in memory, never on disk."""
