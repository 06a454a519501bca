import Columnar

/// The bucket of some values: the same for equal values, NULL among them, in every batch and after every restart.
enum BucketKernel {
    /// State is grouped by buckets: the seed stays.
    private static let seed: UInt64 = 0x6275_636B_6574_7331

    /// (value, …, number of buckets)
    static func kernel(count: Int64) -> Kernel {
        { call in
            let result = call.makeResult()
            // What is constant tells no rows apart.
            let columns = call.arguments.dropLast().filter { !$0.isConstant }.map(\.column)
            let batch = Batch(columns: columns, rowCount: call.rowCount)
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, call.rowCount)) { scratch in
                guard let hashes = scratch.baseAddress else { return }
                hashColumns(batch, Array(columns.indices), seed: seed, into: hashes)
                let buckets = UInt64(max(1, count))
                // The middle bits: rows are dealt and looked up by others.
                for row in 0..<call.rowCount { result.int64[row] = Int64((hashes[row] >> 16 & 0xFFFF_FFFF) % buckets) }
            }
            return result
        }
    }
}
