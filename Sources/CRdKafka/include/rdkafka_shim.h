// Clients of Kafka brokers elsewhere, over librdkafka, in calls for batches.
//
// The library is found when the first client is made, not when the program starts: who uses no broker elsewhere needs no
// package for it. All functions are for one thread at a time for each client.
#ifndef MILLRACE_RDKAFKA_SHIM_H
#define MILLRACE_RDKAFKA_SHIM_H

#include <stddef.h>
#include <stdint.h>

typedef struct millrace_kafka millrace_kafka;

/// A setting of a client, under the name that librdkafka gives it.
typedef struct {
    const char *name;
    const char *value;
} millrace_kafka_setting;

/// A record, or what the broker said in place of one. Its bytes stay until the next poll.
typedef struct {
    /// 0 for a record; the kinds below for others, `value` is the text then.
    int32_t kind;
    int32_t partition;
    /// Of the record, or where the partition ends.
    int64_t offset;
    int64_t timestamp;
    int32_t is_append_time;
    const char *topic;
    const void *key;
    size_t key_length;
    /// NULL for a record without a value.
    const void *value;
    size_t value_length;
} millrace_kafka_record;

enum { MILLRACE_KAFKA_RECORD = 0, MILLRACE_KAFKA_END = 1, MILLRACE_KAFKA_FAILURE = 2 };

/// A place in a partition.
typedef struct {
    const char *topic;
    int32_t partition;
    int64_t offset;
} millrace_kafka_place;

/// What becomes of a transaction.
enum {
    MILLRACE_KAFKA_FINE = 0,
    /// The same call may succeed.
    MILLRACE_KAFKA_AGAIN = 1,
    /// The transaction must be given up and begun anew.
    MILLRACE_KAFKA_ABORT = 2,
    /// The client is of no use any more.
    MILLRACE_KAFKA_FATAL = 3,
};

/// Makes a consumer or a producer; NULL with the reason in `error`.
millrace_kafka *millrace_kafka_new(
    int is_producer, const millrace_kafka_setting *settings, size_t count, char *error, size_t error_size);
/// Ends a client; what a producer still holds is dropped.
void millrace_kafka_free(millrace_kafka *client);

/// Why a connection failed last, as the library words it; empty before the first failure. Any thread may ask.
void millrace_kafka_problem(millrace_kafka *client, char *text, size_t size);
/// Zero when a broker has answered within the time; nonzero with the reason.
int millrace_kafka_reach(millrace_kafka *client, int timeout_ms, char *error, size_t error_size);
/// The number of partitions of a topic; -1 with the reason, or the library's own code for a broker that is away.
int32_t millrace_kafka_partitions(
    millrace_kafka *client, const char *topic, int timeout_ms, char *error, size_t error_size);
/// Calls `visit` with the name of every topic; nonzero with the reason.
int millrace_kafka_topics(
    millrace_kafka *client, int timeout_ms, void *context, void (*visit)(void *context, const char *topic),
    char *error, size_t error_size);
/// First and last offset of a partition; nonzero with the reason.
int millrace_kafka_bounds(
    millrace_kafka *client, const char *topic, int32_t partition, int64_t *first, int64_t *end, int timeout_ms,
    char *error, size_t error_size);
/// Puts offsets in place of times; below 0 where there is no record so late.
int millrace_kafka_by_time(
    millrace_kafka *client, millrace_kafka_place *places, size_t count, int timeout_ms, char *error, size_t error_size);
/// Fills in the offsets that the consumer's group has committed; below 0 where there is none.
int millrace_kafka_committed(
    millrace_kafka *client, millrace_kafka_place *places, size_t count, int timeout_ms, char *error, size_t error_size);
/// Commits offsets for the consumer's group without waiting.
void millrace_kafka_commit(millrace_kafka *client, const millrace_kafka_place *places, size_t count);

/// Reads on from these places, and from no others.
int millrace_kafka_assign(
    millrace_kafka *client, const millrace_kafka_place *places, size_t count, char *error, size_t error_size);
/// What has come, up to `capacity`; waits at most so long. Frees what the last call gave.
int32_t millrace_kafka_poll(
    millrace_kafka *client, int timeout_ms, millrace_kafka_record *records, int32_t capacity);
/// Header `index` of a record of the last poll; 0 when there is none.
int millrace_kafka_header(
    millrace_kafka *client, int32_t record, size_t index, const char **name, const void **value, size_t *length);

/// A header of a record; `value` may be NULL.
typedef struct {
    const char *name;
    const void *value;
    size_t length;
} millrace_kafka_header_field;

/// Hands a record to a producer, which copies it. `value` may be NULL. Nonzero with the reason; AGAIN when it holds too much.
int millrace_kafka_produce(
    millrace_kafka *client, const char *topic, int32_t partition, const void *key, int64_t key_length, const void *value,
    int64_t value_length, int64_t timestamp, const millrace_kafka_header_field *headers, size_t header_count, char *error,
    size_t error_size);
/// Waits until all records have arrived; AGAIN when the time is up, FATAL with the reason when one was refused.
int millrace_kafka_flush(millrace_kafka *client, int timeout_ms, char *error, size_t error_size);
/// Bytes and records handed to a producer and not yet arrived, roughly.
int32_t millrace_kafka_waiting(millrace_kafka *client);

int millrace_kafka_init_transactions(millrace_kafka *client, int timeout_ms, char *error, size_t error_size);
int millrace_kafka_begin(millrace_kafka *client, char *error, size_t error_size);
/// Commits an offset for a group together with the transaction.
int millrace_kafka_send_offset(
    millrace_kafka *client, const char *group, const millrace_kafka_place *place, int timeout_ms, char *error,
    size_t error_size);
int millrace_kafka_commit_transaction(millrace_kafka *client, int timeout_ms, char *error, size_t error_size);
int millrace_kafka_abort_transaction(millrace_kafka *client, int timeout_ms, char *error, size_t error_size);

/// A broker for tests, inside of the library: its address goes to `bootstrap`. NULL with the reason.
void *millrace_kafka_mock_new(
    int brokers, char *bootstrap, size_t bootstrap_size, char *error, size_t error_size);
void millrace_kafka_mock_free(void *mock);
int millrace_kafka_mock_create_topic(void *mock, const char *topic, int partitions);
/// Lets the only broker answer or refuse connections.
void millrace_kafka_mock_set_up(void *mock, int is_up);
/// Each answer takes so long.
void millrace_kafka_mock_delay(void *mock, int milliseconds);
/// The next `count` requests of a kind are answered with an error of the protocol.
void millrace_kafka_mock_fail(void *mock, int16_t api, int32_t error, size_t count);

#endif
