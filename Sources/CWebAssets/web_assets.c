#include "web_assets.h"

// The index is generated and holds one MILLRACE_ASSET line for each file with a hash of its content: a changed page changes
// the index, and the index is a dependency of this file, so the embedded bytes never lag behind the pages.
#if !__has_include("../../assets/embed/index.inc")
#error "the web assets are missing: run `make assets` (dev/fetch-assets) in the top folder of the project first"
#else

#define MILLRACE_LABEL(label) \
    "    .globl " label "\n" \
    "    .hidden " label "\n" \
    label ":\n"

#define MILLRACE_EMBED(kind, number, file) \
    "    .balign 16\n" \
    MILLRACE_LABEL("millrace_asset_" kind "_" #number) \
    "    .incbin \"" file "\"\n" \
    MILLRACE_LABEL("millrace_asset_" kind "_end_" #number)

// Once as assembly: the bytes.
#define MILLRACE_ASSET(number, path, type, file, gzip_file, etag) \
    __asm__("    .pushsection .rodata.millrace_assets,\"a\",@progbits\n" \
            MILLRACE_EMBED("plain", number, file) MILLRACE_EMBED("packed", number, gzip_file) \
            "    .popsection\n");
#include "../../assets/embed/index.inc"
#undef MILLRACE_ASSET

// Once as declarations.
#define MILLRACE_ASSET(number, path, type, file, gzip_file, etag) \
    extern const unsigned char millrace_asset_plain_##number[] __attribute__((visibility("hidden"))); \
    extern const unsigned char millrace_asset_plain_end_##number[] __attribute__((visibility("hidden"))); \
    extern const unsigned char millrace_asset_packed_##number[] __attribute__((visibility("hidden"))); \
    extern const unsigned char millrace_asset_packed_end_##number[] __attribute__((visibility("hidden")));
#include "../../assets/embed/index.inc"
#undef MILLRACE_ASSET

// Once to count them.
#define MILLRACE_ASSET(number, path, type, file, gzip_file, etag) +1
enum {
    asset_count = 0
#include "../../assets/embed/index.inc"
};
#undef MILLRACE_ASSET

static millrace_web_asset assets[asset_count];

// Lengths are differences of addresses, which C does not take as constants: the table is filled before main.
__attribute__((constructor)) static void fill_assets(void) {
    size_t packed_length;
#define MILLRACE_ASSET(number, web_path, type, file, gzip_file, tag) \
    packed_length = (size_t)(millrace_asset_packed_end_##number - millrace_asset_packed_##number); \
    assets[number] = (millrace_web_asset){ \
        .path = web_path, \
        .content_type = type, \
        .bytes = millrace_asset_plain_##number, \
        .length = (size_t)(millrace_asset_plain_end_##number - millrace_asset_plain_##number), \
        .gzip_bytes = packed_length > 0 ? millrace_asset_packed_##number : NULL, \
        .gzip_length = packed_length, \
        .etag = tag, \
    };
#include "../../assets/embed/index.inc"
#undef MILLRACE_ASSET
}

const millrace_web_asset *millrace_web_assets(size_t *count) {
    *count = asset_count;
    return assets;
}

#endif
