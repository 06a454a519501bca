#ifndef MILLRACE_WEB_ASSETS_H
#define MILLRACE_WEB_ASSETS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One file of the web pages, embedded in the binary. Everything lives as long as the process.
typedef struct {
    /// Path on the server, such as "/app/dashboard.html".
    const char *_Nonnull path;
    /// Value of the Content-Type header.
    const char *_Nonnull content_type;
    const unsigned char *_Nonnull bytes;
    size_t length;
    /// The gzip form, or NULL with length 0 where compression does not pay (fonts).
    const unsigned char *_Nullable gzip_bytes;
    size_t gzip_length;
    /// Value of the ETag header with its quotes: a hash of the plain bytes.
    const char *_Nonnull etag;
} millrace_web_asset;

/// All embedded files, sorted by path in byte order.
const millrace_web_asset *_Nonnull millrace_web_assets(size_t *_Nonnull count);

#ifdef __cplusplus
}
#endif

#endif
