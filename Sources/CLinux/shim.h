#pragma once

// glibc's renameat2(2), which Swift's Glibc module leaves out: rename without replacing anything.
extern int renameat2(int old_folder, const char *old_path, int new_folder, const char *new_path, unsigned int flags);
