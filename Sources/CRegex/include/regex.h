#ifndef MILLRACE_REGEX_H
#define MILLRACE_REGEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A compiled regular expression. Any number of threads may search with one at the same time. */
typedef struct millrace_regex millrace_regex;

/* NULL when the pattern can't be compiled or is too large; the reason is written to `error`, cut at `capacity`
   and ended by a zero byte. */
millrace_regex *millrace_regex_compile(const uint8_t *pattern, size_t count, char *error, size_t capacity);
void millrace_regex_free(millrace_regex *regex);

/* Groups in brackets. */
int32_t millrace_regex_groups(const millrace_regex *regex);

/* The first match that begins at `from` or later: 1 when there is one, else 0. Writes the begin and end of the
   whole match and of the groups behind it to `offsets`, `groups` pairs; -1 for a group that took no part. */
int32_t millrace_regex_find(
    const millrace_regex *regex, const uint8_t *text, size_t count, size_t from, int64_t *offsets, int32_t groups);

/* 1 when the whole text matches. */
int32_t millrace_regex_matches(const millrace_regex *regex, const uint8_t *text, size_t count);

#ifdef __cplusplus
}
#endif

#endif
