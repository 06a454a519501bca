import Columnar

/// Numbers for those texts of a ranking's rows that stay where they are, as texts of a pool do: blocks then tell them by
/// their numbers, and each text goes into the epochs once.
final class PooledTexts {
    /// By column; nil where it holds no texts.
    private let codes: [TextCodes?]
    private let lists: [WrittenTexts]

    /// `id` is another one for each instance and start.
    init(_ columns: [GrowableColumn], id: UInt64) {
        codes = columns.map { $0.type.kind == .text ? TextCodes() : nil }
        lists = columns.map { _ in WrittenTexts(id: id) }
    }

    /// All rows are written anew, so that nobody needs what was written before.
    func beginAnew() { for list in lists { list.cut(to: 0) } }

    /// For each column the numbers of some rows' texts; nil where they have none.
    func numbered(_ rows: StateRows, _ columns: [GrowableColumn]) -> [NumberedTexts?] {
        columns.indices.map { index in
            guard let codes = codes[index] else { return nil }
            return withUnsafeTemporaryAllocation(of: TextView.self, capacity: max(1, rows.count)) { views in
                guard let texts = views.baseAddress, columns[index].collectLasting(rows, into: texts),
                    let numbers = codes.codes(of: texts, rowCount: rows.count)
                else { return nil }
                return NumberedTexts(numbers: numbers, views: UnsafePointer(codes.views.base), list: lists[index])
            }
        }
    }
}
