import Columnar

/// What travels between pipelines.
enum Message {
    case batch(Batch)
    /// No row with a time attribute up to this will follow, microseconds.
    case watermark(Int64)
    /// No rows for now: what waits for watermarks need not wait for this sender. Ended by the next message.
    case idle
    /// Everything before belongs to this epoch.
    case barrier(UInt64)
    /// Nothing follows.
    case end
}

/// Event time in microseconds; ``none`` before the first watermark, ``final`` after all input.
enum Watermark {
    static let none = Int64.min
    static let final = Int64.max
}
