import CPlatform
package import Columnar

// Hashes of key columns. Equal keys hash alike in whatever batch, column or position they come; NULLs are alike.

/// The seeded 64-bit hash of some columns of each row.
package func hashColumns(_ batch: Batch, _ columns: [Int], seed: UInt64, into hashes: UnsafeMutablePointer<UInt64>) {
    let rowCount = batch.rowCount
    hashes.update(repeating: seed, count: rowCount)
    for column in columns {
        foldHash(batch.columns[column], rowCount: rowCount, seed: seed, into: hashes, stride: 1)
    }
}

/// 128 bits for each row from two independently seeded hashes; the first is that of ``hashColumns(_:_:seed:into:)``.
///
/// With n keys the chance that any two share both halves is about n² / 2¹²⁹, so it stands for the key itself where
/// the key is not needed back.
package func hash128Columns(
    _ batch: Batch, _ columns: [Int], seed: (UInt64, UInt64), into hashes: UnsafeMutablePointer<(UInt64, UInt64)>
) {
    let rowCount = batch.rowCount
    for row in 0..<rowCount { hashes[row] = seed }
    guard rowCount > 0 else { return }
    hashes.withMemoryRebound(to: UInt64.self, capacity: rowCount &* 2) { words in
        for column in columns {
            let column = batch.columns[column]
            if column.kind == .text, !column.mayHaveNulls {
                foldTexts(column, rowCount: rowCount, seed: seed, into: words)
            } else {
                foldHash(column, rowCount: rowCount, seed: seed.0, into: words, stride: 2)
                foldHash(column, rowCount: rowCount, seed: seed.1, into: words + 1, stride: 2)
            }
        }
    }
}

/// ``hash128Columns(_:_:seed:into:)`` as ``Fingerprint``s.
func fingerprintColumns(
    _ batch: Batch, _ columns: [Int], seeds: (UInt64, UInt64), into prints: UnsafeMutablePointer<Fingerprint>
) {
    let rowCount = batch.rowCount
    guard rowCount > 0 else { return }
    prints.withMemoryRebound(to: (UInt64, UInt64).self, capacity: rowCount) {
        hash128Columns(batch, columns, seed: seeds, into: $0)
    }
}

private let nullHash: UInt64 = 0xA076_1D64_78BD_642F
private let firstFactor: UInt64 = 0xE703_7ED1_A0B4_28DB
private let secondFactor: UInt64 = 0x8EBC_6AF0_9C88_C6E3

/// Adds one value to the hash of its row; the multiplier depends on the seed, so that two seeds give two functions.
@inline(__always)
private func mixed(_ hash: UInt64, _ value: UInt64, _ factor: UInt64) -> UInt64 {
    millrace_mix(millrace_mix(value ^ firstFactor, factor ^ hash) ^ hash, secondFactor ^ factor)
}

/// Folds texts, none of them NULL, into two hashes for each row, reading each text once.
private func foldTexts(
    _ column: Column, rowCount: Int, seed: (UInt64, UInt64), into hashes: UnsafeMutablePointer<UInt64>
) {
    let factors = (factor(of: seed.0), factor(of: seed.1))
    let texts = UnsafePointer(column.text)
    for row in 0..<rowCount {
        let place = texts + row
        let pair: millrace_hash_pair
        if place.pointee.isInline {
            pair = millrace_hash_pair(
                first: TextView.hash(at: place, seed: seed.0), second: TextView.hash(at: place, seed: seed.1))
        } else {
            pair = millrace_hash_bytes_twice(TextView.bytes(at: place), place.pointee.count, seed.0, seed.1)
        }
        hashes[row &* 2] = mixed(hashes[row &* 2], pair.first, factors.0)
        hashes[row &* 2 &+ 1] = mixed(hashes[row &* 2 &+ 1], pair.second, factors.1)
    }
}

@inline(__always)
private func factor(of seed: UInt64) -> UInt64 { millrace_mix(seed ^ secondFactor, firstFactor) | 1 }

/// Folds the values of a column into the hashes that stand `stride` words apart.
private func foldHash(
    _ column: Column, rowCount: Int, seed: UInt64, into hashes: UnsafeMutablePointer<UInt64>, stride: Int
) {
    let factor = factor(of: seed)
    switch column.kind {
    case .bits:
        let bits = column.bits
        fold(column, rowCount, factor, hashes, stride) { bits[$0 >> 6] >> UInt64($0 & 63) & 1 }
    case .int64:
        let values = column.int64
        fold(column, rowCount, factor, hashes, stride) { UInt64(bitPattern: values[$0]) }
    case .float64:
        let values = column.float64
        // Minus zero equals zero; all NaN count as one.
        fold(column, rowCount, factor, hashes, stride) {
            let value = values[$0]
            return value == value ? (value + 0).bitPattern : Double.nan.bitPattern
        }
    case .int128:
        let values = column.int128
        fold(column, rowCount, factor, hashes, stride) {
            let low = UInt64(truncatingIfNeeded: values[$0])
            return low &+ millrace_mix(UInt64(truncatingIfNeeded: values[$0] >> 64) ^ nullHash, firstFactor)
        }
    case .text:
        let values = UnsafePointer(column.text)
        fold(column, rowCount, factor, hashes, stride) { TextView.hash(at: values + $0, seed: seed) }
    }
}

@inline(__always)
private func fold(
    _ column: Column, _ rowCount: Int, _ factor: UInt64, _ hashes: UnsafeMutablePointer<UInt64>, _ stride: Int,
    _ value: (Int) -> UInt64
) {
    if !column.mayHaveNulls {
        for row in 0..<rowCount { hashes[row &* stride] = mixed(hashes[row &* stride], value(row), factor) }
        return
    }
    let validity = column.validity
    for row in 0..<rowCount {
        let isValid = validity[row >> 6] >> UInt64(row & 63) & 1 == 1
        hashes[row &* stride] = mixed(hashes[row &* stride], isValid ? value(row) : nullHash, factor)
    }
}
