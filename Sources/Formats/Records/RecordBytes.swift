import Glibc

/// Records whose bounds are known, one after another in a block, with a line end behind each.
///
/// One thread fills it; once columns point into its block it is only read.
package struct RecordBytes {
    package private(set) var block: InputBlock
    /// The end of each record, its line end not counted.
    private var ends: [Int] = []
    /// Records with a line end inside, in order: a decoder of lines must get them by themselves.
    private(set) var broken: [Int] = []
    /// Line ends in records are blanks to the format, and written as such.
    private let blanksLineEnds: Bool

    /// `format` tells what a line end inside of a record means.
    package init(block: InputBlock, format: String) {
        self.block = block
        blanksLineEnds = format.hasSuffix("json")
    }

    package var count: Int { ends.count }

    /// Where record `index` begins; that behind the last one is the end of all.
    package func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] + 1 }

    package func end(_ index: Int) -> Int { ends[index] }

    package func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: block.bytes + start(index), count: ends[index] - start(index))
    }

    /// The record that holds a place of the block. Costs a binary search.
    func record(at place: Int) -> Int {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Appends a copy of a record. A block that is too small is left for one of at least twice its size.
    package mutating func append(_ record: UnsafeRawBufferPointer) {
        let from = block.count
        if block.capacity - from < record.count + 1 {
            let larger = InputBlock(capacity: max(block.capacity * 2, from + record.count + 1))
            larger.bytes.update(from: block.bytes, count: from)
            larger.count = from
            block = larger
        }
        let target = block.bytes + from
        if let base = record.baseAddress, !record.isEmpty {
            memcpy(target, base, record.count)
            if memchr(target, 10, record.count) != nil { mendLineEnds(target, record.count) }
        }
        target[record.count] = 10
        ends.append(from + record.count)
        block.count = from + record.count + 1
    }

    private mutating func mendLineEnds(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
        guard blanksLineEnds else { return broken.append(ends.count) }
        for index in 0..<count where bytes[index] == 10 { bytes[index] = 32 }
    }
}
