#define _GNU_SOURCE
#include "rdkafka_shim.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

// The part of librdkafka's interface (version 1) that is used here. Structures are those that the library hands out.

typedef struct rd_kafka_s rd_kafka_t;
typedef struct rd_kafka_conf_s rd_kafka_conf_t;
typedef struct rd_kafka_queue_s rd_kafka_queue_t;
typedef struct rd_kafka_topic_s rd_kafka_topic_t;
typedef struct rd_kafka_error_s rd_kafka_error_t;
typedef struct rd_kafka_headers_s rd_kafka_headers_t;
typedef struct rd_kafka_group_metadata_s rd_kafka_group_metadata_t;
typedef struct rd_kafka_mock_s rd_kafka_mock_t;

typedef struct {
    int err;
    rd_kafka_topic_t *topic;
    int32_t partition;
    void *payload;
    size_t length;
    void *key;
    size_t key_length;
    int64_t offset;
    void *opaque;
} message;

typedef struct {
    char *topic;
    int32_t partition;
    int64_t offset;
    void *metadata;
    size_t metadata_size;
    void *opaque;
    int err;
    void *reserved;
} topic_partition;

typedef struct {
    int count;
    int size;
    topic_partition *elements;
} partition_list;

typedef struct {
    char *topic;
    int partition_count;
    void *partitions;
    int err;
} topic_metadata;

typedef struct {
    int broker_count;
    void *brokers;
    int topic_count;
    topic_metadata *topics;
    int32_t origin;
    char *origin_name;
} cluster_metadata;

// A field of a record to be produced; the numbers are those of the library.
typedef struct {
    int type;
    union {
        const char *text;
        int number;
        int32_t number32;
        int64_t number64;
        struct {
            void *start;
            size_t length;
        } bytes;
        struct {
            const char *name;
            const void *value;
            ssize_t length;
        } header;
        char padding[64];
    } value;
} record_field;

enum { FIELD_TOPIC = 1, FIELD_PARTITION = 3, FIELD_VALUE = 4, FIELD_KEY = 5, FIELD_FLAGS = 7, FIELD_TIMESTAMP = 8, FIELD_HEADER = 9 };
enum { FLAG_COPY = 2 };
enum { ERROR_END = -191, ERROR_TIMED_OUT = -185, ERROR_QUEUE_FULL = -184, ERROR_FATAL = -150, ERROR_RESET = -140 };
enum { ERROR_OFFSET_RANGE = 1, ERROR_UNKNOWN_TOPIC = 3, ERROR_TOPIC_REFUSED = 29, ERROR_GROUP_REFUSED = 30 };

// Every function that is used, with its type.
#define FUNCTIONS(F) \
    F(rd_kafka_conf_t *, conf_new, (void)) \
    F(void, conf_destroy, (rd_kafka_conf_t *)) \
    F(int, conf_set, (rd_kafka_conf_t *, const char *, const char *, char *, size_t)) \
    F(void, conf_set_opaque, (rd_kafka_conf_t *, void *)) \
    F(void, conf_set_dr_msg_cb, (rd_kafka_conf_t *, void (*)(rd_kafka_t *, const message *, void *))) \
    F(void, conf_set_log_cb, (rd_kafka_conf_t *, void (*)(const rd_kafka_t *, int, const char *, const char *))) \
    F(rd_kafka_t *, new, (int, rd_kafka_conf_t *, char *, size_t)) \
    F(void, destroy_flags, (rd_kafka_t *, int)) \
    F(void *, opaque, (const rd_kafka_t *)) \
    F(const char *, err2str, (int)) \
    F(int, poll_set_consumer, (rd_kafka_t *)) \
    F(rd_kafka_queue_t *, queue_get_consumer, (rd_kafka_t *)) \
    F(void, queue_destroy, (rd_kafka_queue_t *)) \
    F(ssize_t, consume_batch_queue, (rd_kafka_queue_t *, int, message **, size_t)) \
    F(void, message_destroy, (message *)) \
    F(int64_t, message_timestamp, (const message *, int *)) \
    F(int, message_headers, (const message *, rd_kafka_headers_t **)) \
    F(int, header_get_all, (const rd_kafka_headers_t *, size_t, const char **, const void **, size_t *)) \
    F(const char *, message_errstr, (const message *)) \
    F(const char *, topic_name, (const rd_kafka_topic_t *)) \
    F(partition_list *, topic_partition_list_new, (int)) \
    F(topic_partition *, topic_partition_list_add, (partition_list *, const char *, int32_t)) \
    F(void, topic_partition_list_destroy, (partition_list *)) \
    F(int, assign, (rd_kafka_t *, const partition_list *)) \
    F(int, query_watermark_offsets, (rd_kafka_t *, const char *, int32_t, int64_t *, int64_t *, int)) \
    F(int, offsets_for_times, (rd_kafka_t *, partition_list *, int)) \
    F(int, committed, (rd_kafka_t *, partition_list *, int)) \
    F(int, commit, (rd_kafka_t *, const partition_list *, int)) \
    F(int, metadata, (rd_kafka_t *, int, rd_kafka_topic_t *, const cluster_metadata **, int)) \
    F(void, metadata_destroy, (const cluster_metadata *)) \
    F(rd_kafka_topic_t *, topic_new, (rd_kafka_t *, const char *, void *)) \
    F(void, topic_destroy, (rd_kafka_topic_t *)) \
    F(rd_kafka_error_t *, produceva, (rd_kafka_t *, const record_field *, size_t)) \
    F(int, poll, (rd_kafka_t *, int)) \
    F(int, flush, (rd_kafka_t *, int)) \
    F(int, purge, (rd_kafka_t *, int)) \
    F(int, outq_len, (rd_kafka_t *)) \
    F(rd_kafka_error_t *, init_transactions, (rd_kafka_t *, int)) \
    F(rd_kafka_error_t *, begin_transaction, (rd_kafka_t *)) \
    F(rd_kafka_error_t *, commit_transaction, (rd_kafka_t *, int)) \
    F(rd_kafka_error_t *, abort_transaction, (rd_kafka_t *, int)) \
    F(rd_kafka_group_metadata_t *, consumer_group_metadata_new, (const char *)) \
    F(void, consumer_group_metadata_destroy, (rd_kafka_group_metadata_t *)) \
    F(rd_kafka_error_t *, send_offsets_to_transaction, \
        (rd_kafka_t *, const partition_list *, const rd_kafka_group_metadata_t *, int)) \
    F(int, error_code, (const rd_kafka_error_t *)) \
    F(const char *, error_string, (const rd_kafka_error_t *)) \
    F(int, error_is_fatal, (const rd_kafka_error_t *)) \
    F(int, error_is_retriable, (const rd_kafka_error_t *)) \
    F(int, error_txn_requires_abort, (const rd_kafka_error_t *)) \
    F(void, error_destroy, (rd_kafka_error_t *)) \
    F(rd_kafka_mock_t *, mock_cluster_new, (rd_kafka_t *, int)) \
    F(void, mock_cluster_destroy, (rd_kafka_mock_t *)) \
    F(const char *, mock_cluster_bootstraps, (const rd_kafka_mock_t *)) \
    F(int, mock_topic_create, (rd_kafka_mock_t *, const char *, int, int)) \
    F(int, mock_broker_set_down, (rd_kafka_mock_t *, int32_t)) \
    F(int, mock_broker_set_up, (rd_kafka_mock_t *, int32_t)) \
    F(int, mock_broker_set_rtt, (rd_kafka_mock_t *, int32_t, int)) \
    F(void, mock_push_request_errors_array, (rd_kafka_mock_t *, int16_t, size_t, const int *))

#define DECLARE(result, name, arguments) result(*name) arguments;
static struct {
    FUNCTIONS(DECLARE)
} kafka;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char load_problem[256];

static void load(void) {
    void *library = dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(load_problem, sizeof load_problem, "librdkafka.so.1 is not installed");
        return;
    }
#define FIND(result, name, arguments) \
    *(void **)&kafka.name = dlsym(library, "rd_kafka_" #name); \
    if (!kafka.name && !load_problem[0]) \
        snprintf(load_problem, sizeof load_problem, "librdkafka.so.1 is too old: it has no rd_kafka_" #name);
    FUNCTIONS(FIND)
}

static int is_loaded(char *error, size_t size) {
    pthread_once(&once, load);
    if (!load_problem[0]) return 1;
    snprintf(error, size, "%s", load_problem);
    return 0;
}

enum { BATCH = 4096 };

struct millrace_kafka {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    int is_producer;
    message *messages[BATCH];
    ssize_t message_count;
    // The first record that did not arrive.
    int delivery_error;
    // The last failure of a connection, as the library words it; it writes from its own threads.
    pthread_mutex_t lock;
    char problem[256];
};

static int fail(int code, char *error, size_t size) {
    snprintf(error, size, "%s", kafka.err2str(code));
    return code ? code : ERROR_FATAL;
}

static void delivered(rd_kafka_t *handle, const message *record, void *opaque) {
    (void)handle;
    millrace_kafka *client = opaque;
    if (record->err && client && !client->delivery_error) client->delivery_error = record->err;
}

// The log is the only place where the library tells why a broker cannot be reached.
static void note_log(const rd_kafka_t *handle, int level, const char *facility, const char *text) {
    (void)level;
    millrace_kafka *client = handle ? kafka.opaque(handle) : NULL;
    if (!client || !facility || !text || strcmp(facility, "FAIL") != 0) return;
    pthread_mutex_lock(&client->lock);
    snprintf(client->problem, sizeof client->problem, "%s", text);
    pthread_mutex_unlock(&client->lock);
}

void millrace_kafka_problem(millrace_kafka *client, char *text, size_t size) {
    pthread_mutex_lock(&client->lock);
    snprintf(text, size, "%s", client->problem);
    pthread_mutex_unlock(&client->lock);
}

int millrace_kafka_reach(millrace_kafka *client, int timeout_ms, char *error, size_t size) {
    const cluster_metadata *metadata = NULL;
    int code = kafka.metadata(client->handle, 0, NULL, &metadata, timeout_ms);
    if (code) return fail(code, error, size);
    kafka.metadata_destroy(metadata);
    return 0;
}

millrace_kafka *millrace_kafka_new(
    int is_producer, const millrace_kafka_setting *settings, size_t count, char *error, size_t size) {
    if (!is_loaded(error, size)) return NULL;
    millrace_kafka *client = calloc(1, sizeof *client);
    rd_kafka_conf_t *configuration = kafka.conf_new();
    if (!client || !configuration) {
        snprintf(error, size, "out of memory");
        free(client);
        return NULL;
    }
    for (size_t index = 0; index < count; index++) {
        if (kafka.conf_set(configuration, settings[index].name, settings[index].value, error, size) != 0) {
            kafka.conf_destroy(configuration);
            free(client);
            return NULL;
        }
    }
    client->is_producer = is_producer;
    pthread_mutex_init(&client->lock, NULL);
    kafka.conf_set_opaque(configuration, client);
    kafka.conf_set_log_cb(configuration, note_log);
    if (is_producer) kafka.conf_set_dr_msg_cb(configuration, delivered);
    client->handle = kafka.new(is_producer ? 0 : 1, configuration, error, size);
    if (!client->handle) {
        kafka.conf_destroy(configuration);
        pthread_mutex_destroy(&client->lock);
        free(client);
        return NULL;
    }
    if (!is_producer) {
        kafka.poll_set_consumer(client->handle);
        client->queue = kafka.queue_get_consumer(client->handle);
    }
    return client;
}

static void release_messages(millrace_kafka *client) {
    for (ssize_t index = 0; index < client->message_count; index++) kafka.message_destroy(client->messages[index]);
    client->message_count = 0;
}

void millrace_kafka_free(millrace_kafka *client) {
    if (!client) return;
    release_messages(client);
    if (client->queue) kafka.queue_destroy(client->queue);
    if (client->is_producer) kafka.purge(client->handle, 1 | 2);
    // 8: a consumer that was given its partitions by hand has no group to leave.
    kafka.destroy_flags(client->handle, 8);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

int32_t millrace_kafka_partitions(
    millrace_kafka *client, const char *topic, int timeout_ms, char *error, size_t size) {
    rd_kafka_topic_t *handle = kafka.topic_new(client->handle, topic, NULL);
    if (!handle) {
        snprintf(error, size, "no memory for a topic");
        return -1;
    }
    const cluster_metadata *metadata = NULL;
    int code = kafka.metadata(client->handle, 0, handle, &metadata, timeout_ms);
    int32_t count = -1;
    if (code) {
        fail(code, error, size);
        // Codes of the library itself are below zero.
        if (code < 0) count = code;
    } else if (metadata->topic_count < 1) {
        snprintf(error, size, "the broker does not know the topic");
    } else if (metadata->topics[0].err) {
        fail(metadata->topics[0].err, error, size);
    } else {
        count = metadata->topics[0].partition_count;
    }
    if (!code) kafka.metadata_destroy(metadata);
    kafka.topic_destroy(handle);
    return count;
}

int millrace_kafka_topics(
    millrace_kafka *client, int timeout_ms, void *context, void (*visit)(void *, const char *), char *error,
    size_t size) {
    const cluster_metadata *metadata = NULL;
    int code = kafka.metadata(client->handle, 1, NULL, &metadata, timeout_ms);
    if (code) return fail(code, error, size);
    for (int index = 0; index < metadata->topic_count; index++) visit(context, metadata->topics[index].topic);
    kafka.metadata_destroy(metadata);
    return 0;
}

int millrace_kafka_bounds(
    millrace_kafka *client, const char *topic, int32_t partition, int64_t *first, int64_t *end, int timeout_ms,
    char *error, size_t size) {
    int code = kafka.query_watermark_offsets(client->handle, topic, partition, first, end, timeout_ms);
    return code ? fail(code, error, size) : 0;
}

static partition_list *list_of(const millrace_kafka_place *places, size_t count) {
    partition_list *list = kafka.topic_partition_list_new((int)count);
    for (size_t index = 0; list && index < count; index++)
        kafka.topic_partition_list_add(list, places[index].topic, places[index].partition)->offset = places[index].offset;
    return list;
}

// Asks for offsets of all places and puts them there.
static int ask(
    millrace_kafka *client, millrace_kafka_place *places, size_t count, int timeout_ms,
    int (*question)(rd_kafka_t *, partition_list *, int), char *error, size_t size) {
    partition_list *list = list_of(places, count);
    int code = question(client->handle, list, timeout_ms);
    for (size_t index = 0; !code && index < count; index++) {
        code = list->elements[index].err;
        places[index].offset = list->elements[index].offset;
    }
    kafka.topic_partition_list_destroy(list);
    return code ? fail(code, error, size) : 0;
}

int millrace_kafka_by_time(
    millrace_kafka *client, millrace_kafka_place *places, size_t count, int timeout_ms, char *error, size_t size) {
    return ask(client, places, count, timeout_ms, kafka.offsets_for_times, error, size);
}

int millrace_kafka_committed(
    millrace_kafka *client, millrace_kafka_place *places, size_t count, int timeout_ms, char *error, size_t size) {
    return ask(client, places, count, timeout_ms, kafka.committed, error, size);
}

void millrace_kafka_commit(millrace_kafka *client, const millrace_kafka_place *places, size_t count) {
    partition_list *list = list_of(places, count);
    kafka.commit(client->handle, list, 1);
    kafka.topic_partition_list_destroy(list);
}

int millrace_kafka_assign(
    millrace_kafka *client, const millrace_kafka_place *places, size_t count, char *error, size_t size) {
    partition_list *list = list_of(places, count);
    int code = kafka.assign(client->handle, list);
    kafka.topic_partition_list_destroy(list);
    return code ? fail(code, error, size) : 0;
}

// Errors after which the library does not go on by itself.
static int is_lasting(int code) {
    return code == ERROR_FATAL || code == ERROR_RESET || code == ERROR_OFFSET_RANGE || code == ERROR_UNKNOWN_TOPIC ||
           code == ERROR_TOPIC_REFUSED || code == ERROR_GROUP_REFUSED;
}

int32_t millrace_kafka_poll(
    millrace_kafka *client, int timeout_ms, millrace_kafka_record *records, int32_t capacity) {
    release_messages(client);
    if (capacity > BATCH) capacity = BATCH;
    ssize_t count = kafka.consume_batch_queue(client->queue, timeout_ms, client->messages, (size_t)capacity);
    client->message_count = count > 0 ? count : 0;
    int32_t filled = 0;
    for (ssize_t index = 0; index < client->message_count; index++) {
        message *source = client->messages[index];
        millrace_kafka_record *record = &records[filled];
        memset(record, 0, sizeof *record);
        record->topic = source->topic ? kafka.topic_name(source->topic) : "";
        record->partition = source->partition;
        record->offset = source->offset;
        if (source->err == ERROR_END) {
            record->kind = MILLRACE_KAFKA_END;
        } else if (source->err) {
            // What passes is left to the library, which tries again.
            if (!is_lasting(source->err)) continue;
            record->kind = MILLRACE_KAFKA_FAILURE;
            record->value = kafka.message_errstr(source);
            record->value_length = record->value ? strlen(record->value) : 0;
        } else {
            int type = 0;
            record->timestamp = kafka.message_timestamp(source, &type);
            record->is_append_time = type == 2;
            record->key = source->key;
            record->key_length = source->key_length;
            record->value = source->payload;
            record->value_length = source->length;
            // Empty is not the same as none.
            if (!record->value && source->length == 0) record->value = NULL;
        }
        // Headers are asked for by the place of the record.
        if (filled != index) {
            client->messages[index] = client->messages[filled];
            client->messages[filled] = source;
        }
        filled++;
    }
    return filled;
}

int millrace_kafka_header(
    millrace_kafka *client, int32_t record, size_t index, const char **name, const void **value, size_t *length) {
    if (record < 0 || record >= client->message_count) return 0;
    rd_kafka_headers_t *headers = NULL;
    if (kafka.message_headers(client->messages[record], &headers) != 0 || !headers) return 0;
    return kafka.header_get_all(headers, index, name, value, length) == 0;
}

// The kind of an error, which is freed.
static int outcome(rd_kafka_error_t *problem, char *error, size_t size) {
    if (!problem) return MILLRACE_KAFKA_FINE;
    snprintf(error, size, "%s", kafka.error_string(problem));
    int result = MILLRACE_KAFKA_FATAL;
    if (kafka.error_txn_requires_abort(problem)) {
        result = MILLRACE_KAFKA_ABORT;
    } else if (!kafka.error_is_fatal(problem) &&
               (kafka.error_is_retriable(problem) || kafka.error_code(problem) == ERROR_QUEUE_FULL ||
                kafka.error_code(problem) == ERROR_TIMED_OUT)) {
        result = MILLRACE_KAFKA_AGAIN;
    }
    kafka.error_destroy(problem);
    return result;
}

int millrace_kafka_produce(
    millrace_kafka *client, const char *topic, int32_t partition, const void *key, int64_t key_length, const void *value,
    int64_t value_length, int64_t timestamp, const millrace_kafka_header_field *headers, size_t header_count, char *error,
    size_t size) {
    record_field few[6];
    record_field *fields = header_count ? malloc((6 + header_count) * sizeof *fields) : few;
    if (!fields) abort();
    memset(fields, 0, (6 + header_count) * sizeof *fields);
    fields[0].type = FIELD_TOPIC, fields[0].value.text = topic;
    fields[1].type = FIELD_PARTITION, fields[1].value.number32 = partition;
    fields[2].type = FIELD_FLAGS, fields[2].value.number = FLAG_COPY;
    fields[3].type = FIELD_TIMESTAMP, fields[3].value.number64 = timestamp;
    size_t count = 4;
    if (key_length >= 0) {
        fields[count].type = FIELD_KEY;
        fields[count].value.bytes.start = (void *)key;
        fields[count++].value.bytes.length = (size_t)key_length;
    }
    if (value_length >= 0) {
        fields[count].type = FIELD_VALUE;
        fields[count].value.bytes.start = (void *)value;
        fields[count++].value.bytes.length = (size_t)value_length;
    }
    for (size_t index = 0; index < header_count; index++) {
        fields[count].type = FIELD_HEADER;
        fields[count].value.header.name = headers[index].name;
        fields[count].value.header.value = headers[index].value;
        fields[count++].value.header.length = (ssize_t)headers[index].length;
    }
    int result = outcome(kafka.produceva(client->handle, fields, count), error, size);
    if (fields != few) free(fields);
    kafka.poll(client->handle, 0);
    return result;
}

int millrace_kafka_flush(millrace_kafka *client, int timeout_ms, char *error, size_t size) {
    int code = kafka.flush(client->handle, timeout_ms);
    if (client->delivery_error) {
        fail(client->delivery_error, error, size);
        client->delivery_error = 0;
        return MILLRACE_KAFKA_FATAL;
    }
    if (!code) return MILLRACE_KAFKA_FINE;
    fail(code, error, size);
    return code == ERROR_TIMED_OUT ? MILLRACE_KAFKA_AGAIN : MILLRACE_KAFKA_FATAL;
}

int32_t millrace_kafka_waiting(millrace_kafka *client) { return kafka.outq_len(client->handle); }

int millrace_kafka_init_transactions(millrace_kafka *client, int timeout_ms, char *error, size_t size) {
    return outcome(kafka.init_transactions(client->handle, timeout_ms), error, size);
}

int millrace_kafka_begin(millrace_kafka *client, char *error, size_t size) {
    client->delivery_error = 0;
    return outcome(kafka.begin_transaction(client->handle), error, size);
}

int millrace_kafka_send_offset(
    millrace_kafka *client, const char *group, const millrace_kafka_place *place, int timeout_ms, char *error,
    size_t size) {
    partition_list *list = list_of(place, 1);
    rd_kafka_group_metadata_t *metadata = kafka.consumer_group_metadata_new(group);
    int result = outcome(kafka.send_offsets_to_transaction(client->handle, list, metadata, timeout_ms), error, size);
    kafka.consumer_group_metadata_destroy(metadata);
    kafka.topic_partition_list_destroy(list);
    return result;
}

int millrace_kafka_commit_transaction(millrace_kafka *client, int timeout_ms, char *error, size_t size) {
    return outcome(kafka.commit_transaction(client->handle, timeout_ms), error, size);
}

int millrace_kafka_abort_transaction(millrace_kafka *client, int timeout_ms, char *error, size_t size) {
    return outcome(kafka.abort_transaction(client->handle, timeout_ms), error, size);
}

// MARK: the broker for tests

typedef struct {
    millrace_kafka *client;
    rd_kafka_mock_t *cluster;
} mock_broker;

void *millrace_kafka_mock_new(
    int brokers, char *bootstrap, size_t bootstrap_size, char *error, size_t size) {
    mock_broker *mock = calloc(1, sizeof *mock);
    if (!mock) return NULL;
    mock->client = millrace_kafka_new(1, NULL, 0, error, size);
    mock->cluster = mock->client ? kafka.mock_cluster_new(mock->client->handle, brokers) : NULL;
    if (!mock->cluster) {
        millrace_kafka_free(mock->client);
        free(mock);
        return NULL;
    }
    snprintf(bootstrap, bootstrap_size, "%s", kafka.mock_cluster_bootstraps(mock->cluster));
    return mock;
}

void millrace_kafka_mock_free(void *opaque) {
    mock_broker *mock = opaque;
    if (!mock) return;
    kafka.mock_cluster_destroy(mock->cluster);
    millrace_kafka_free(mock->client);
    free(mock);
}

int millrace_kafka_mock_create_topic(void *opaque, const char *topic, int partitions) {
    return kafka.mock_topic_create(((mock_broker *)opaque)->cluster, topic, partitions, 1);
}

void millrace_kafka_mock_set_up(void *opaque, int is_up) {
    rd_kafka_mock_t *cluster = ((mock_broker *)opaque)->cluster;
    // The only broker of the cluster.
    (is_up ? kafka.mock_broker_set_up : kafka.mock_broker_set_down)(cluster, 1);
}

void millrace_kafka_mock_delay(void *opaque, int milliseconds) {
    kafka.mock_broker_set_rtt(((mock_broker *)opaque)->cluster, 1, milliseconds);
}

void millrace_kafka_mock_fail(void *opaque, int16_t api, int32_t code, size_t count) {
    int codes[64];
    if (count > 64) count = 64;
    for (size_t index = 0; index < count; index++) codes[index] = code;
    kafka.mock_push_request_errors_array(((mock_broker *)opaque)->cluster, api, count, codes);
}
