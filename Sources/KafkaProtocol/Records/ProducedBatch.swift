/// One record batch as a producer sent it, checked: complete, undamaged, and consistent in itself.
///
/// The records are neither decompressed nor looked at; that is what makes taking them in cheap.
package struct ProducedBatch: Sendable {
    /// Why a batch was not taken.
    package enum Refusal: Error, Sendable, Equatable {
        case damaged(String)
        case invalid(String)
        case tooLarge(bytes: Int)
        case unsupportedFormat(Int8)
        case unsupportedCodec

        /// The code that a producer is answered with.
        package var code: ErrorCode {
            switch self {
            case .damaged, .unsupportedFormat: .corruptMessage
            case .invalid: .invalidRecord
            case .tooLarge: .messageTooLarge
            case .unsupportedCodec: .unsupportedCompressionType
            }
        }
    }

    package let header: RecordBatchHeader
    package let bytes: [UInt8]

    /// Checks `bytes` to be exactly one batch from a client. Costs one pass over the bytes, for the checksum.
    package init(checking bytes: [UInt8], limitBytes: Int = .max) throws(Refusal) {
        let found = bytes.withUnsafeBytes { Self.check($0, limitBytes: limitBytes) }
        header = try found.get()
        self.bytes = bytes
    }

    /// A batch that this process has built itself.
    init(trusted bytes: [UInt8], header: RecordBatchHeader) {
        self.bytes = bytes
        self.header = header
    }

    private static func check(
        _ bytes: UnsafeRawBufferPointer, limitBytes: Int
    ) -> Result<RecordBatchHeader, Refusal> {
        guard let header = RecordBatchHeader(bytes) else { return .failure(.damaged("shorter than a batch header")) }
        guard header.magic == 2 else { return .failure(.unsupportedFormat(header.magic)) }
        guard bytes.count <= limitBytes else { return .failure(.tooLarge(bytes: bytes.count)) }
        guard header.byteCount >= RecordBatchHeader.byteCount, header.byteCount <= bytes.count else {
            return .failure(.damaged("its length does not fit the bytes"))
        }
        guard header.byteCount == bytes.count else { return .failure(.invalid("more than one batch for a partition")) }
        guard BatchChecksum.isRight(bytes) else { return .failure(.damaged("its checksum is wrong")) }
        guard header.attributes.codec != nil else { return .failure(.unsupportedCodec) }
        guard !header.attributes.isControl else { return .failure(.invalid("a control batch from a client")) }
        guard !header.attributes.hasDeleteHorizon else { return .failure(.invalid("a delete horizon from a client")) }
        guard header.recordCount > 0, header.lastOffsetDelta == header.recordCount - 1 else {
            return .failure(.invalid("\(header.recordCount) records with \(header.lastOffsetDelta) as last offset"))
        }
        // The log writes its own over it, but nobody should have to reckon with one that cannot be.
        guard header.isPlausible else { return .failure(.invalid("base offset \(header.baseOffset)")) }
        if header.hasProducer {
            guard header.producerEpoch >= 0, header.baseSequence >= 0 else {
                return .failure(.invalid("a producer without epoch or sequence"))
            }
        } else if header.attributes.isTransactional {
            return .failure(.invalid("a transactional batch without a producer"))
        }
        return .success(header)
    }
}
