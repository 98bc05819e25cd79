// Erasing: a person's rows and files → gone, kept as a statute says, and proved.
//
// Owns plan, preflight, execution, leftovers hunt, billing projection and certificate. It must never read archives.
