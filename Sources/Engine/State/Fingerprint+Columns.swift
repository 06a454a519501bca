import Columnar

/// The fingerprints of the key columns of each row; `seeds.0` is the seed of the exchange in front.
func fingerprintColumns(
    _ batch: Batch, _ columns: [Int], seeds: (UInt64, UInt64), into fingerprints: UnsafeMutablePointer<Fingerprint>
) {
    let rowCount = batch.rowCount
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, rowCount * 2)) { scratch in
        guard let first = scratch.baseAddress else { return }
        let second = first + rowCount
        hashColumns(batch, columns, seed: seeds.0, into: first)
        hashColumns(batch, columns, seed: seeds.1, into: second)
        for row in 0..<rowCount { fingerprints[row] = Fingerprint(first: first[row], second: second[row]) }
    }
}
