// LegalRules: regimes, calendars of holidays and retention statutes as data.
//
// Owns their YAML form, its validation, and the documents built in (schemas/regimes, schemas/calendars,
// schemas/retention). It must never count days (RightsCore does), do I/O or read the clock.
