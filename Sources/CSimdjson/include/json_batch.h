#ifndef MILLRACE_JSON_BATCH_H
#define MILLRACE_JSON_BATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the values of a column become. The memory each needs is that of Columnar's physical kinds. */
typedef enum millrace_value_kind {
    MILLRACE_TEXT = 0,
    MILLRACE_BYTES,
    MILLRACE_BOOLEAN,
    MILLRACE_INT8,
    MILLRACE_INT16,
    MILLRACE_INT32,
    MILLRACE_INT64,
    MILLRACE_FLOAT32,
    MILLRACE_FLOAT64,
    MILLRACE_DECIMAL,
    MILLRACE_DATE,
    MILLRACE_TIME,
    MILLRACE_TIMESTAMP,
    MILLRACE_TIMESTAMP_LTZ,
    /* Timestamps of more than six digits: 128-bit nanoseconds. */
    MILLRACE_WIDE_TIMESTAMP,
    MILLRACE_WIDE_TIMESTAMP_LTZ,
    /* Nested values in the form of Columnar's NestedReader; their parts are the fields below them: the element of an
       array or multiset, key and value of a map in this order, the fields of a row by name. */
    MILLRACE_ARRAY,
    MILLRACE_MAP,
    MILLRACE_MULTISET,
    MILLRACE_ROW,
    /* An object whose members are columns of their own. Its column, where it has memory, tells in bits where it is. */
    MILLRACE_STEP
} millrace_value_kind;

/* A wanted field, or a part of one. `parent` is the index of the field it lies in, which comes before it; -1 for the
   record itself. */
typedef struct millrace_field {
    const uint8_t *name;
    uint32_t name_length;
    int32_t parent;
    uint8_t kind;
    uint8_t precision;
    uint8_t scale;
    /* 1: timestamps are ISO-8601 (`T` between date and time); 0: SQL (a blank). */
    uint8_t iso;
} millrace_field;

/* Memory of one field's column, as Columnar lays it out. The validity bits of fresh rows must be set. There is one
   for each field; those of parts of nested values, and of steps that nobody asks for, are without memory. */
typedef struct millrace_column {
    void *values;
    uint64_t *validity;
    uint32_t nulls;
    /* Views that point into the block (1) or the side heap (2). */
    uint32_t points_to;
} millrace_column;

typedef enum millrace_reason {
    MILLRACE_MALFORMED_JSON = 1,
    MILLRACE_INVALID_UTF8,
    MILLRACE_NOT_AN_OBJECT,
    MILLRACE_BAD_VALUE,
    MILLRACE_MISSING_FIELD,
    MILLRACE_LINE_TOO_LONG,
    MILLRACE_TOO_MANY_ROWS
} millrace_reason;

/* A line that gave no row; offsets are in the block. `detail` is static text, or NULL. */
typedef struct millrace_reject {
    size_t offset;
    size_t length;
    size_t value_offset;
    size_t value_length;
    const char *detail;
    int32_t column;
    int32_t reason;
} millrace_reject;

typedef struct millrace_decoded {
    /* Bytes used, counted from the start of the block; whole lines. */
    size_t consumed;
    /* Memory of unescaped texts; NULL when none was needed. Freed by `millrace_heap_free`. */
    void *heap;
    size_t heap_bytes;
    uint32_t rows;
    uint32_t lines;
    uint32_t rejects;
    /* Lines skipped without being rejected, such as empty top-level arrays, give no row either. */
    uint32_t blank_lines;
} millrace_decoded;

enum { MILLRACE_JSON_IGNORE_ERRORS = 1, MILLRACE_JSON_FAIL_ON_MISSING = 2 };

/* Bytes behind the last line of a block that must be readable. */
enum { MILLRACE_PADDING = 64 };

typedef struct millrace_json millrace_json;

/* A decoder for these fields; names are copied. */
millrace_json *millrace_json_new(const millrace_field *fields, uint32_t count, uint32_t flags, size_t longest_line);
void millrace_json_free(millrace_json *decoder);

/* Decodes the lines of `block[from..<to]` until `row_capacity` rows or `reject_capacity` rejects are there. */
void millrace_json_decode(millrace_json *decoder, const uint8_t *block, size_t from, size_t to,
                          millrace_column *columns, uint32_t row_capacity, millrace_reject *rejects,
                          uint32_t reject_capacity, millrace_decoded *out);

void millrace_heap_free(void *heap);

/* The yardstick: simdjson's On Demand front end finds the same fields of every line and adds up their raw
   lengths, storing nothing. Returns the lines walked. */
size_t millrace_json_scan(const uint8_t *block, size_t from, size_t to, const millrace_field *fields,
                          uint32_t count, uint64_t *checksum);

/* How a text came to be; the strict forms accept less. */
typedef enum millrace_form { MILLRACE_FORM_TEXT = 0, MILLRACE_FORM_NUMBER, MILLRACE_FORM_LITERAL } millrace_form;

/* Stores the value of `bytes` at `row` of a column that is not text.
   Returns 0 when stored, 1 when it is NULL (a decimal that does not fit), 2 when it is no such value. */
int millrace_store_value(const millrace_field *field, void *values, size_t row, const uint8_t *bytes, size_t length,
                         millrace_form form);

/* Decodes base64 into `out` (room for length / 4 * 3 + 3); the byte count, or -1. */
ptrdiff_t millrace_base64(const uint8_t *bytes, size_t length, uint8_t *out);

/* 1 when the bytes are valid UTF-8. */
int millrace_utf8_is_valid(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
