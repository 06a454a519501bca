#ifndef MILLRACE_PACKING_H
#define MILLRACE_PACKING_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that lie close together in fewer bits each: a text of small letters in 5, one of digits in 4. Each eight bytes
   become as many as one takes bits; those of the last eight that are missing count as the least. */

/* The least and the greatest of `count` bytes, of which there is one at least. */
void millrace_byte_range(const uint8_t *bytes, size_t count, uint8_t *least, uint8_t *greatest);

/* Packs `count` bytes in place, none below `least` and none as much as 2 to the power `bits` above it; `bits` lies in
   1...7. Eight more bytes behind them must be writable. Returns how many bytes it gave. */
size_t millrace_pack_bytes(uint8_t *bytes, size_t count, uint8_t least, int bits);

/* Bytes that `count` bytes take when they are packed. */
static inline size_t millrace_packed_size(size_t count, int bits) { return (count + 7) / 8 * (size_t)bits; }

/* Unpacks `count` bytes, from as many as millrace_packed_size says; eight more bytes behind `bytes` must be writable. Any
   input will do. */
void millrace_unpack_bytes(const uint8_t *packed, size_t count, uint8_t least, int bits, uint8_t *bytes);

#endif
