// Ends the process by SIGKILL at its n-th statement or file operation, counted over all its threads: strace counts each
// thread's calls by themselves, so its n-th call of a program with many threads is another one each time.
//
// Loaded by LD_PRELOAD. Environment:
//   KILLPOINT_LOG    a file of two numbers of 64 bits and a name: statements, file operations, what it was killed at
//   KILLPOINT_ROOTS  folders between colons: operations on what lies in them are counted
//   KILLPOINT_AT     "sql-before:N", "sql-after:N" or "file:N"; nothing: it only counts
// A statement is a message to the PostgreSQL server; "after" means that the server has it and nobody reads the answer.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 65536, NAME = 48 };

struct log {
    _Atomic uint64_t statements, operations;
    char name[NAME];
};

static struct log *counts;
static char roots[4096];
static char kind[16];
static uint64_t wanted;
static atomic_bool watched[MOST_DESCRIPTORS];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("KILLPOINT_LOG"), *at = getenv("KILLPOINT_AT"), *folders = getenv("KILLPOINT_ROOTS");
    // What this process starts isn't counted.
    unsetenv("LD_PRELOAD");
    if (!path || !folders) return;
    snprintf(roots, sizeof roots, "%s", folders);
    const char *colon = at ? strchr(at, ':') : NULL;
    if (colon && (size_t)(colon - at) < sizeof kind) {
        memcpy(kind, at, (size_t)(colon - at));
        wanted = strtoull(colon + 1, NULL, 10);
    }
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof(struct log)) != 0) abort();
    void *page = mmap(NULL, sizeof(struct log), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) abort();
    close(file);
    counts = page;
}

static void end(const char *name) {
    snprintf(counts->name, NAME, "%s", name);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// Counts an operation; ends the process if it is the one.
static void operation(const char *name) {
    uint64_t number = atomic_fetch_add(&counts->operations, 1) + 1;
    if (number == wanted && strcmp(kind, "file") == 0) end(name);
}

static bool is_watched_path(const char *path) {
    if (!counts || !path) return false;
    for (const char *root = roots; *root;) {
        size_t length = strcspn(root, ":");
        if (length && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0)) return true;
        root += length + (root[length] == ':');
    }
    return false;
}

static bool is_watched(int file) {
    return counts && file >= 0 && file < MOST_DESCRIPTORS && atomic_load(&watched[file]);
}

static int note(int file, bool is_ours) {
    if (is_ours && file >= 0 && file < MOST_DESCRIPTORS) atomic_store(&watched[file], true);
    return file;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

// MARK: statements

ssize_t send(int socket, const void *bytes, size_t count, int flags) {
    if (!counts) return REAL(ssize_t, send, int, const void *, size_t, int)(socket, bytes, count, flags);
    uint64_t number = atomic_fetch_add(&counts->statements, 1) + 1;
    if (number == wanted && strcmp(kind, "sql-before") == 0) end("send");
    ssize_t sent = REAL(ssize_t, send, int, const void *, size_t, int)(socket, bytes, count, flags);
    if (number == wanted && strcmp(kind, "sql-after") == 0) end("send");
    return sent;
}

// MARK: file operations

// How open(2) is asked for the mode of a file that it may make.
#define MODE(mode)                                                                                                     \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                            \
    va_end(rest)

int open(const char *path, int flags, ...) {
    MODE(mode);
    bool is_ours = is_watched_path(path);
    if (is_ours) operation("open");
    return note(REAL(int, open, const char *, int, mode_t)(path, flags, mode), is_ours);
}

int open64(const char *path, int flags, ...) {
    MODE(mode);
    bool is_ours = is_watched_path(path);
    if (is_ours) operation("open");
    return note(REAL(int, open64, const char *, int, mode_t)(path, flags, mode), is_ours);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(mode);
    bool is_ours = is_watched_path(path) || is_watched(folder);
    if (is_ours) operation("openat");
    return note(REAL(int, openat, int, const char *, int, mode_t)(folder, path, flags, mode), is_ours);
}

int close(int file) {
    if (file >= 0 && file < MOST_DESCRIPTORS) atomic_store(&watched[file], false);
    return REAL(int, close, int)(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (is_watched(file)) operation("write");
    return REAL(ssize_t, write, int, const void *, size_t)(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    if (is_watched(file)) operation("writev");
    return REAL(ssize_t, writev, int, const struct iovec *, int)(file, pieces, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    if (is_watched(file)) operation("pwrite");
    return REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    if (is_watched(file)) operation("pwrite");
    return REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(file, bytes, count, offset);
}

int ftruncate(int file, off_t length) {
    if (is_watched(file)) operation("ftruncate");
    return REAL(int, ftruncate, int, off_t)(file, length);
}

int fsync(int file) {
    if (is_watched(file)) operation("fsync");
    return REAL(int, fsync, int)(file);
}

int fdatasync(int file) {
    if (is_watched(file)) operation("fdatasync");
    return REAL(int, fdatasync, int)(file);
}

int rename(const char *old, const char *new) {
    if (is_watched_path(old) || is_watched_path(new)) operation("rename");
    return REAL(int, rename, const char *, const char *)(old, new);
}

int renameat(int from, const char *old, int to, const char *new) {
    if (is_watched_path(old) || is_watched_path(new) || is_watched(from)) operation("renameat");
    return REAL(int, renameat, int, const char *, int, const char *)(from, old, to, new);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    if (is_watched_path(old) || is_watched_path(new) || is_watched(from)) operation("renameat2");
    return REAL(int, renameat2, int, const char *, int, const char *, unsigned)(from, old, to, new, flags);
}

int unlink(const char *path) {
    if (is_watched_path(path)) operation("unlink");
    return REAL(int, unlink, const char *)(path);
}

int unlinkat(int folder, const char *path, int flags) {
    if (is_watched_path(path) || is_watched(folder)) operation("unlinkat");
    return REAL(int, unlinkat, int, const char *, int)(folder, path, flags);
}

int mkdir(const char *path, mode_t mode) {
    if (is_watched_path(path)) operation("mkdir");
    return REAL(int, mkdir, const char *, mode_t)(path, mode);
}
