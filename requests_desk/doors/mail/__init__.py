"""The e-mail door: mailboxes read over IMAP, a pipe for the MTA, and how a raw mail is read within bounds."""
