// MailTransport: mail by SMTP or into a folder. It must never know what is mailed.
