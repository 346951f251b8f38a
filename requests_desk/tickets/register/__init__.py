"""An old register of requests, read out of a spreadsheet: files, columns and values, without a database."""
