#pragma once

#include <malloc.h>

// glibc's renameat2(2), which Swift's Glibc module leaves out: rename without replacing anything.
extern int renameat2(int old_folder, const char *old_path, int new_folder, const char *new_path, unsigned int flags);

// The most arenas malloc keeps (mallopt(3)); its name is a macro that Swift doesn't see.
static inline void habeas_limit_malloc_arenas(int most) { mallopt(M_ARENA_MAX, most); }
