// ErasureLedger: what was erased, remembered outside the database it was erased from.
//
// Owns the append-only file, its chain and its authentication. It must never hold personal data.
