#ifndef MILLRACE_COMPRESSION_H
#define MILLRACE_COMPRESSION_H

#include <stddef.h>
#include <stdint.h>

/* Codecs: gzip and zlib, lz4 frames, zstd frames, and deflate with nothing around it. */
enum { MILLRACE_GZIP = 1, MILLRACE_LZ4 = 3, MILLRACE_ZSTD = 4, MILLRACE_DEFLATE = 5 };

/* What the calls give in place of a count. */
enum { MILLRACE_DAMAGED = -1, MILLRACE_NO_ROOM = -2, MILLRACE_UNKNOWN_CODEC = -3 };

/* Decompresses all of `source` into `target`. Gives the bytes written, MILLRACE_NO_ROOM when they are more than
   `capacity`, MILLRACE_DAMAGED for anything that is not one whole frame. Never writes past `capacity`. */
int64_t millrace_decompress(int codec, const void *source, size_t length, void *target, size_t capacity);

/* Compresses all of `source` into `target`, which must hold millrace_compress_bound bytes. */
int64_t millrace_compress(int codec, const void *source, size_t length, void *target, size_t capacity);

/* The most bytes that millrace_compress can need. */
size_t millrace_compress_bound(int codec, size_t length);

/* The CRC-32 of gzip. */
uint32_t millrace_crc32(const void *bytes, size_t length);

#endif
