import CRdKafka
import Diagnostics
import KafkaProtocol

/// A consumer or producer of librdkafka. Used by one thread at a time, which may be another one each time.
final class KafkaClient: @unchecked Sendable {
    /// What a call that a transaction hangs on came to.
    enum Outcome { case fine, again, abort }

    /// A partition and an offset in it.
    struct Place {
        var topic: String
        var partition: Int32
        var offset: Int64
    }

    let servers: String
    /// Set while a job begins: how long brokers are waited for then.
    var beginning: BrokerBeginning?
    private let handle: OpaquePointer
    private let records: UnsafeMutablePointer<millrace_kafka_record>

    private static let recordsPerPoll: Int32 = 4_096
    private static let reasonBytes = 512
    /// How long a question to a broker may take.
    private static let patienceMilliseconds: Int32 = 30_000
    /// How long one step of a transaction takes at most while a job begins; it is then gone on with.
    private static let stepMilliseconds: Int32 = 500

    /// `settings` are librdkafka's.
    init(isProducer: Bool, settings: [(name: String, value: String)], servers: String) throws(MillraceError) {
        self.servers = servers
        var reason = ""
        let made = Self.withSettings(settings) { settings -> OpaquePointer? in
            Self.withReason(&reason) {
                millrace_kafka_new(isProducer ? 1 : 0, settings.baseAddress, settings.count, $0, $1)
            }
        }
        guard let made else {
            throw MillraceError(
                .user, code: "kafka_client", "a client of the broker '\(servers)' cannot be made: \(reason)",
                hint: reason.contains("not installed")
                    ? "install Debian's package librdkafka1; the queue of this process needs none" : nil)
        }
        handle = made
        records = .allocate(capacity: Int(Self.recordsPerPoll))
    }

    deinit {
        millrace_kafka_free(handle)
        records.deallocate()
    }

    // MARK: questions

    /// Waits until a broker answers; throws ``BrokerPatience/errorCode`` with the cause when none has for long enough.
    func reach(_ beginning: BrokerBeginning) throws(MillraceError) {
        self.beginning = beginning
        var reason = ""
        let code = ask { milliseconds in
            Self.withReason(&reason) { millrace_kafka_reach(handle, milliseconds, $0, $1) }
        }
        guard code == 0 else { throw failure(reason, Int(code)) }
    }

    /// How long the first attempt of a question takes while a job begins; each later one takes twice as long.
    private static let attemptMilliseconds: UInt64 = 250

    /// Asks until a broker answers, for as long as there is patience.
    private func ask(_ question: (_ milliseconds: Int32) -> Int32) -> Int32 {
        guard let beginning else { return question(Self.patienceMilliseconds) }
        let (clock, patience) = (beginning.clock, beginning.patience)
        let end = patience.end(clock)
        let started = clock.monotonicNanoseconds()
        var attempt = Self.attemptMilliseconds
        var isTold = false
        while true {
            let now = clock.monotonicNanoseconds()
            let left = end > now ? (end - now) / 1_000_000 : 0
            // The first attempt has its time even where others have used up the limit: a broker that is there answers in it.
            let isFirst = attempt == Self.attemptMilliseconds
            let code = question(Int32(clamping: max(isFirst ? attempt : 1, min(left, attempt))))
            guard Self.isAway(Int(code)), left > 0, patience.isWanted() else { return code }
            let elapsed = (clock.monotonicNanoseconds() &- started) / 1_000_000
            if !isTold, elapsed >= patience.noticeMilliseconds {
                isTold = true
                patience.notice?(BrokerPatience.waiting(for: servers, cause))
            }
            // Some questions fail at once without a connection.
            clock.sleep(nanoseconds: 10_000_000)
            attempt = min(2 * attempt, UInt64(Self.patienceMilliseconds))
        }
    }

    private var callMilliseconds: Int32 { beginning == nil ? Self.patienceMilliseconds : Self.stepMilliseconds }

    /// Why a connection failed last, in words for people.
    var cause: String {
        var problem = ""
        Self.withReason(&problem) { millrace_kafka_problem(handle, $0, $1) }
        return BrokerPatience.cause(problem)
    }

    /// librdkafka's codes for a broker that cannot be reached: no connection, no address, no broker left, no answer in time.
    private static func isAway(_ code: Int) -> Bool { [-195, -193, -192, -187, -185].contains(code) }

    func partitionCount(of topic: String) throws(MillraceError) -> Int32 {
        var reason = ""
        let count = ask { milliseconds in
            Self.withReason(&reason) { millrace_kafka_partitions(handle, topic, milliseconds, $0, $1) }
        }
        guard count > 0 else { throw failure("topic '\(topic)': \(reason)", Int(count)) }
        return count
    }

    func topics() throws(MillraceError) -> [String] {
        final class Names { var all: [String] = [] }
        let names = Names()
        try check("the topics") { milliseconds, reason, size in
            millrace_kafka_topics(
                handle, milliseconds, Unmanaged.passUnretained(names).toOpaque(),
                { context, name in
                    guard let context, let name else { return }
                    Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().all.append(String(cString: name))
                }, reason, size)
        }
        return names.all.sorted()
    }

    func bounds(_ topic: String, _ partition: Int32) throws(MillraceError) -> (first: Int64, end: Int64) {
        var first: Int64 = 0
        var end: Int64 = 0
        try check("topic '\(topic)', partition \(partition)") { milliseconds, reason, size in
            millrace_kafka_bounds(handle, topic, partition, &first, &end, milliseconds, reason, size)
        }
        return (first, end)
    }

    /// The places with offsets in place of milliseconds; below zero where no record is so late.
    func byTime(_ places: [Place]) throws(MillraceError) -> [Place] {
        try answered(places, "offsets by time", millrace_kafka_by_time)
    }

    /// The places with the offsets that the group committed; below zero where there is none.
    func committed(_ places: [Place]) throws(MillraceError) -> [Place] {
        try answered(places, "committed offsets", millrace_kafka_committed)
    }

    private typealias Question = (
        OpaquePointer?, UnsafeMutablePointer<millrace_kafka_place>?, Int, Int32, UnsafeMutablePointer<CChar>?, Int
    ) -> Int32

    private func answered(_ places: [Place], _ what: String, _ question: Question) throws(MillraceError) -> [Place] {
        var result = places
        var reason = ""
        let code = Self.withPlaces(places) { native in
            let asked = native.map(\.offset)
            let code = ask { milliseconds in
                for index in native.indices { native[index].offset = asked[index] }
                return Self.withReason(&reason) {
                    question(handle, native.baseAddress, native.count, milliseconds, $0, $1)
                }
            }
            for index in native.indices { result[index].offset = native[index].offset }
            return code
        }
        guard code == 0 else { throw failure("\(what): \(reason)", Int(code)) }
        return result
    }

    func commit(_ places: [Place]) {
        Self.withPlaces(places) { millrace_kafka_commit(handle, $0.baseAddress, $0.count) }
    }

    // MARK: reading

    /// In place of an offset: the first record that there is.
    static let firstOffset: Int64 = -2

    /// Reads from these places on, and from no others any more.
    func assign(_ places: [Place]) throws(MillraceError) {
        var reason = ""
        let code = Self.withPlaces(places) { native in
            Self.withReason(&reason) { millrace_kafka_assign(handle, native.baseAddress, native.count, $0, $1) }
        }
        guard code == 0 else { throw failure("assignment: \(reason)") }
    }

    /// What has come. The bytes stay until the next poll.
    func poll(milliseconds: Int) -> UnsafeBufferPointer<millrace_kafka_record> {
        let count = millrace_kafka_poll(handle, Int32(clamping: milliseconds), records, Self.recordsPerPoll)
        return UnsafeBufferPointer(start: records, count: Int(max(0, count)))
    }

    /// The headers of a record of the last poll.
    func headers(ofRecord record: Int) -> [(name: String, value: UnsafeRawBufferPointer?)] {
        var result: [(String, UnsafeRawBufferPointer?)] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var length = 0
        while millrace_kafka_header(handle, Int32(clamping: record), result.count, &name, &value, &length) != 0 {
            guard let name else { break }
            result.append((String(cString: name), value.map { UnsafeRawBufferPointer(start: $0, count: length) }))
        }
        return result
    }

    // MARK: writing

    func produce(
        _ topic: String, partition: Int32, _ record: Record, timestamp: Int64
    ) throws(MillraceError) -> Outcome {
        let (key, value) = (record.key, record.value)
        return try Self.withHeaders(of: record) { headers throws(MillraceError) in
            try outcome("a record for '\(topic)'") { reason, size in
                millrace_kafka_produce(
                    handle, topic, partition, key?.baseAddress, key.map { Int64($0.count) } ?? -1, value?.baseAddress,
                    value.map { Int64($0.count) } ?? -1, timestamp, headers.baseAddress, headers.count, reason, size)
            }
        }
    }

    /// The headers of a record as C wants them, while `body` runs.
    private static func withHeaders(
        of record: Record, _ body: (UnsafeBufferPointer<millrace_kafka_header_field>) throws(MillraceError) -> Outcome
    ) throws(MillraceError) -> Outcome {
        var names: [String] = []
        var values: [UnsafeRawBufferPointer?] = []
        // The batch that it is from was checked.
        try? record.forEachHeader { name, value in
            names.append(String(decoding: name, as: UTF8.self))
            values.append(value)
        }
        guard !names.isEmpty else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
        let result = withTexts(names) { texts -> Result<Outcome, MillraceError> in
            let native = zip(texts, values).map {
                millrace_kafka_header_field(name: $0, value: $1?.baseAddress, length: $1?.count ?? 0)
            }
            return native.withUnsafeBufferPointer { headers in
                Result { () throws(MillraceError) in try body(headers) }
            }
        }
        return try result.get()
    }

    /// Waits until all records have arrived, or the time is up.
    func flush(milliseconds: Int32) throws(MillraceError) -> Outcome {
        try outcome("records") { millrace_kafka_flush(handle, milliseconds, $0, $1) }
    }

    func initTransactions() throws(MillraceError) -> Outcome {
        try outcome("transactions") { millrace_kafka_init_transactions(handle, callMilliseconds, $0, $1) }
    }

    func begin() throws(MillraceError) -> Outcome {
        try outcome("a transaction") { millrace_kafka_begin(handle, $0, $1) }
    }

    /// Commits an offset for `group` together with the transaction.
    func send(_ place: Place, group: String) throws(MillraceError) -> Outcome {
        try outcome("a transaction's offset") { reason, size in
            Self.withPlaces([place]) {
                millrace_kafka_send_offset(
                    handle, group, $0.baseAddress, callMilliseconds, reason, size)
            }
        }
    }

    func commitTransaction() throws(MillraceError) -> Outcome {
        try outcome("the end of a transaction") {
            millrace_kafka_commit_transaction(handle, callMilliseconds, $0, $1)
        }
    }

    func abortTransaction() throws(MillraceError) -> Outcome {
        try outcome("giving up a transaction") {
            millrace_kafka_abort_transaction(handle, callMilliseconds, $0, $1)
        }
    }

    private func outcome(
        _ what: String, _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32
    ) throws(MillraceError) -> Outcome {
        var reason = ""
        switch Int(Self.withReason(&reason, call)) {
        case Int(MILLRACE_KAFKA_FINE): return .fine
        case Int(MILLRACE_KAFKA_AGAIN): return .again
        case Int(MILLRACE_KAFKA_ABORT): return .abort
        default: throw failure("\(what): \(reason)")
        }
    }

    // MARK: C

    private func check(
        _ what: String, _ call: (_ milliseconds: Int32, UnsafeMutablePointer<CChar>?, Int) -> Int32
    ) throws(MillraceError) {
        var reason = ""
        let code = ask { milliseconds in Self.withReason(&reason) { call(milliseconds, $0, $1) } }
        guard code == 0 else { throw failure("\(what): \(reason)", Int(code)) }
    }

    private func failure(_ what: String, _ code: Int = 0) -> MillraceError {
        beginning?.missed()
        return Self.isAway(code)
            ? BrokerPatience.unreachable(servers, cause)
            : MillraceError(.system, code: BrokerPatience.refusalCode, "broker '\(servers)': \(what)")
    }

    private static func withReason<Value>(
        _ reason: inout String, _ body: (UnsafeMutablePointer<CChar>?, Int) -> Value
    ) -> Value {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: reasonBytes) { buffer in
            buffer.initialize(repeating: 0)
            let value = body(buffer.baseAddress, reasonBytes)
            let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            reason = String(decoding: text, as: UTF8.self)
            return value
        }
    }

    /// The bytes of some texts as C wants them, while `body` runs.
    private static func withTexts<Value>(
        _ texts: [String], _ body: ([UnsafePointer<CChar>]) -> Value
    ) -> Value {
        let copies = texts.map { text -> UnsafeMutablePointer<CChar> in
            let bytes = text.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (index, byte) in bytes.enumerated() { copy[index] = byte }
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        return body(copies.map { UnsafePointer($0) })
    }

    private static func withSettings<Value>(
        _ settings: [(name: String, value: String)],
        _ body: (UnsafeBufferPointer<millrace_kafka_setting>) -> Value
    ) -> Value {
        withTexts(settings.flatMap { [$0.name, $0.value] }) { texts in
            let native = settings.indices.map {
                millrace_kafka_setting(name: texts[$0 * 2], value: texts[$0 * 2 + 1])
            }
            return native.withUnsafeBufferPointer(body)
        }
    }

    private static func withPlaces<Value>(
        _ places: [Place], _ body: (UnsafeMutableBufferPointer<millrace_kafka_place>) -> Value
    ) -> Value {
        withTexts(places.map(\.topic)) { texts in
            var native = places.indices.map {
                millrace_kafka_place(topic: texts[$0], partition: places[$0].partition, offset: places[$0].offset)
            }
            return native.withUnsafeMutableBufferPointer { body($0) }
        }
    }
}
