// RequestLedger: the schema `habeas`: requests, claims, jobs, links, staff. It must never know product tables.
