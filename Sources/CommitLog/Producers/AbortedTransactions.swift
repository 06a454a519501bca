/// A transaction that was given up: readers of committed records skip what it wrote.
package struct AbortedTransaction: Sendable, Equatable {
    package var producerId: Int64
    /// Its first record.
    package var firstOffset: Int64
    /// Its marker.
    package var lastOffset: Int64
}

/// The aborted transactions of a partition, in the order of their markers.
struct AbortedTransactions: Sendable, Equatable {
    private(set) var transactions: [AbortedTransaction] = []

    init() {}

    mutating func append(_ transaction: AbortedTransaction) { transactions.append(transaction) }

    /// Those with a record or their marker in `offsets`. Costs a binary search and a pass over what was aborted later.
    func overlapping(_ offsets: Range<Int64>) -> [AbortedTransaction] {
        var low = 0
        var high = transactions.count
        while low < high {
            let middle = (low + high) / 2
            if transactions[middle].lastOffset < offsets.lowerBound { low = middle + 1 } else { high = middle }
        }
        return transactions[low...].filter { $0.firstOffset < offsets.upperBound }
    }

    mutating func forget(before offset: Int64) {
        if let first = transactions.first, first.lastOffset < offset {
            transactions.removeAll { $0.lastOffset < offset }
        }
    }

    func write(to writer: inout StateWriter) {
        writer.write(transactions) { writer, transaction in
            writer.write(transaction.producerId)
            writer.write(transaction.firstOffset)
            writer.write(transaction.lastOffset)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        transactions = try reader.readArray(leastBytes: 24) { (reader) throws(StateError) in
            AbortedTransaction(
                producerId: try reader.read(), firstOffset: try reader.read(), lastOffset: try reader.read())
        }
    }
}
