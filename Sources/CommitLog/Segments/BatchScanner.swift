import Diagnostics
import KafkaProtocol

/// Walks over the headers of a segment's batches without reading what lies between them.
struct BatchScanner {
    /// Where a walk begins, and the offset that must be found there, if that is known.
    struct Start {
        var position: Int
        var baseOffset: Int64?
    }

    private static let windowBytes = 32 << 10
    private let segment: Segment
    private let end: Int
    private var position: Int
    private var nextOffset: Int64?
    private var window: [UInt8] = []
    private var windowStart = 0
    /// Where the walk met something that is no batch; nil while all is well.
    private(set) var damagedAt: Int?

    init(_ segment: Segment, from start: Start) {
        self.segment = segment
        position = start.position
        nextOffset = start.baseOffset
        end = segment.committedBytes
    }

    /// The next batch that lies wholly inside the committed part; nil at the end and at damage.
    mutating func next() throws(FileSystemError) -> (position: Int, header: RecordBatchHeader)? {
        guard position < end, damagedAt == nil else { return nil }
        if position < windowStart || position + RecordBatchHeader.byteCount > windowStart + window.count {
            try fill()
        }
        let offset = position - windowStart
        guard let header = window.withUnsafeBytes({ RecordBatchHeader($0, at: offset) }), header.isPlausible,
            header.byteCount <= end - position, segment.accepts(header, at: position, after: nextOffset, nil)
        else {
            damagedAt = position
            return nil
        }
        defer {
            position += header.byteCount
            nextOffset = header.lastOffset + 1
        }
        return (position, header)
    }

    private mutating func fill() throws(FileSystemError) {
        var bytes = [UInt8](repeating: 0, count: min(Self.windowBytes, end - position))
        var failure: FileSystemError?
        let count = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(FileSystemError) {
                return try segment.read(into: buffer, at: position)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        window = Array(bytes.prefix(count))
        windowStart = position
    }
}
