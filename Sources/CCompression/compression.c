#include "compression.h"

#include <lz4frame.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* A frame that asks for a larger window is refused: the decoder would have to allocate it. */
#define ZSTD_WINDOW_LOG_MAX 27

/* Windows as zlib counts them: 32 KiB with gzip's or zlib's header, told apart by itself, or with none. */
#define WINDOW_WITH_HEADER (15 + 32)
#define WINDOW_BARE (-15)

static int64_t inflate_all(int window, const void *source, size_t length, void *target, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (length > UINT32_MAX || capacity > UINT32_MAX) return MILLRACE_NO_ROOM;
    if (inflateInit2(&stream, window) != Z_OK) return MILLRACE_DAMAGED;
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)length;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    int64_t written = (int64_t)stream.total_out;
    int is_full = stream.avail_out == 0;
    inflateEnd(&stream);
    if (status == Z_STREAM_END) return written;
    return (status == Z_BUF_ERROR || status == Z_OK) && is_full ? MILLRACE_NO_ROOM : MILLRACE_DAMAGED;
}

static int64_t unlz4(const void *source, size_t length, void *target, size_t capacity) {
    LZ4F_dctx *context = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return MILLRACE_DAMAGED;
    const char *from = source;
    char *to = target;
    size_t read = 0, written = 0, hint = 1;
    int64_t result = MILLRACE_DAMAGED;
    while (hint != 0) {
        size_t in = length - read, out = capacity - written;
        hint = LZ4F_decompress(context, to + written, &out, from + read, &in, NULL);
        if (LZ4F_isError(hint)) break;
        read += in;
        written += out;
        if (hint == 0) {
            result = (int64_t)written;
        } else if (in == 0 && out == 0) {
            if (written == capacity) result = MILLRACE_NO_ROOM;
            break;
        }
    }
    LZ4F_freeDecompressionContext(context);
    return result;
}

static int64_t unzstd(const void *source, size_t length, void *target, size_t capacity) {
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context) return MILLRACE_DAMAGED;
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    ZSTD_inBuffer in = {source, length, 0};
    ZSTD_outBuffer out = {target, capacity, 0};
    int64_t result = MILLRACE_DAMAGED;
    for (;;) {
        size_t read = in.pos, written = out.pos;
        size_t status = ZSTD_decompressStream(context, &out, &in);
        if (ZSTD_isError(status)) break;
        if (status == 0) {
            result = (int64_t)out.pos;
            break;
        }
        if (in.pos == read && out.pos == written) {
            if (out.pos == capacity) result = MILLRACE_NO_ROOM;
            break;
        }
    }
    ZSTD_freeDCtx(context);
    return result;
}

int64_t millrace_decompress(int codec, const void *source, size_t length, void *target, size_t capacity) {
    switch (codec) {
    case MILLRACE_GZIP: return inflate_all(WINDOW_WITH_HEADER, source, length, target, capacity);
    case MILLRACE_DEFLATE: return inflate_all(WINDOW_BARE, source, length, target, capacity);
    case MILLRACE_LZ4: return unlz4(source, length, target, capacity);
    case MILLRACE_ZSTD: return unzstd(source, length, target, capacity);
    default: return MILLRACE_UNKNOWN_CODEC;
    }
}

static int64_t deflate_all(int window, const void *source, size_t length, void *target, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (length > UINT32_MAX || capacity > UINT32_MAX) return MILLRACE_NO_ROOM;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return MILLRACE_DAMAGED;
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)length;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = deflate(&stream, Z_FINISH);
    int64_t written = (int64_t)stream.total_out;
    deflateEnd(&stream);
    return status == Z_STREAM_END ? written : MILLRACE_NO_ROOM;
}

int64_t millrace_compress(int codec, const void *source, size_t length, void *target, size_t capacity) {
    size_t written;
    switch (codec) {
    case MILLRACE_GZIP: return deflate_all(15 + 16, source, length, target, capacity);
    case MILLRACE_DEFLATE: return deflate_all(WINDOW_BARE, source, length, target, capacity);
    case MILLRACE_LZ4:
        written = LZ4F_compressFrame(target, capacity, source, length, NULL);
        return LZ4F_isError(written) ? MILLRACE_NO_ROOM : (int64_t)written;
    case MILLRACE_ZSTD:
        written = ZSTD_compress(target, capacity, source, length, 3);
        return ZSTD_isError(written) ? MILLRACE_NO_ROOM : (int64_t)written;
    default: return MILLRACE_UNKNOWN_CODEC;
    }
}

size_t millrace_compress_bound(int codec, size_t length) {
    switch (codec) {
    case MILLRACE_GZIP:
    case MILLRACE_DEFLATE: return compressBound((uLong)length) + 32;
    case MILLRACE_LZ4: return LZ4F_compressFrameBound(length, NULL);
    case MILLRACE_ZSTD: return ZSTD_compressBound(length);
    default: return 0;
    }
}

uint32_t millrace_crc32(const void *bytes, size_t length) {
    return (uint32_t)crc32_z(0, bytes, length);
}
