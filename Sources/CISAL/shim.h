#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <isa-l/igzip_lib.h>
#include <isa-l/crc.h>

// One raw-deflate stream at ISA-L level 2 (igzip_lib.h). The struct is too large to be a Swift value.
struct habeas_deflate { struct isal_zstream stream; uint8_t level_buffer[ISAL_DEF_LVL2_DEFAULT]; };

static inline void habeas_deflate_reset(struct habeas_deflate *d) {
    isal_deflate_init(&d->stream);
    d->stream.level = 2;
    d->stream.level_buf = d->level_buffer;
    d->stream.level_buf_size = sizeof d->level_buffer;
    d->stream.gzip_flag = IGZIP_DEFLATE;
    d->stream.flush = NO_FLUSH;
}

static inline void *habeas_deflate_new(void) { return malloc(sizeof(struct habeas_deflate)); }
static inline void habeas_deflate_free(void *handle) { free(handle); }
static inline void habeas_deflate_begin(void *handle) { habeas_deflate_reset((struct habeas_deflate *)handle); }

static inline void habeas_deflate_feed(void *handle, const uint8_t *bytes, uint32_t count, int last) {
    struct isal_zstream *s = &((struct habeas_deflate *)handle)->stream;
    s->next_in = (uint8_t *)bytes;
    s->avail_in = count;
    s->end_of_stream = last ? 1 : 0;
}

// Fills `out`; gives the bytes written, or -1 when ISA-L refuses. `more` is 1 while input or output is pending.
static inline int64_t habeas_deflate_step(void *handle, uint8_t *out, uint32_t room, int *more) {
    struct isal_zstream *s = &((struct habeas_deflate *)handle)->stream;
    s->next_out = out;
    s->avail_out = room;
    int last = s->end_of_stream;
    if (isal_deflate(s) != COMP_OK) return -1;
    *more = last ? s->internal_state.state != ZSTATE_END : (s->avail_in > 0 || s->avail_out == 0);
    return (int64_t)(room - s->avail_out);
}

static inline uint32_t habeas_crc32(uint32_t seed, const uint8_t *bytes, uint64_t count) {
    return crc32_gzip_refl(seed, bytes, count);
}

// One zlib stream (RFC 1950) read by ISA-L.
static inline void *habeas_inflate_new(const uint8_t *bytes, uint32_t count) {
    struct inflate_state *s = (struct inflate_state *)malloc(sizeof *s);
    if (!s) return NULL;
    isal_inflate_init(s);
    s->crc_flag = ISAL_ZLIB;
    s->next_in = (uint8_t *)bytes;
    s->avail_in = count;
    return s;
}

static inline void habeas_inflate_free(void *handle) { free(handle); }

// Fills `out`; gives the bytes written, or -1 where the bytes are no such stream. `more` is 0 at its end.
static inline int64_t habeas_inflate_step(void *handle, uint8_t *out, uint32_t room, int *more) {
    struct inflate_state *s = (struct inflate_state *)handle;
    s->next_out = out;
    s->avail_out = room;
    if (isal_inflate(s) != ISAL_DECOMP_OK) return -1;
    *more = s->block_state != ISAL_BLOCK_FINISH;
    if (*more && s->avail_in == 0 && s->avail_out > 0) return -1;
    return (int64_t)(room - s->avail_out);
}
