import Columnar

/// One row for each group of a table, in columns. Columns that are keys of the group are not kept twice.
final class TopRows {
    private let keys: GroupTable
    /// By column: which key it is; nil where it is kept here.
    private let keyPlaces: [Int?]
    private let own: [GrowableColumn?]
    private let texts: [GrowableColumn]

    init(_ types: [DataType], keys: GroupTable, partition: [Int]) {
        self.keys = keys
        // Floats that are equal may still differ, as 0 and -0 do.
        let places = types.indices.map { column in
            types[column].kind == .float64 ? nil : partition.firstIndex(of: column)
        }
        keyPlaces = places
        own = types.indices.map { places[$0] == nil ? GrowableColumn(types[$0], sharesTexts: true) : nil }
        texts = own.compactMap { $0 }.filter { $0.type.kind == .text }
    }

    var byteSize: Int { own.reduce(0) { $0 + ($1?.byteSize ?? 0) } }

    private func stored(_ column: Int) -> GrowableColumn { own[column] ?? keys.keys[keyPlaces[column] ?? 0] }

    /// A column by group.
    func column(_ column: Int) -> Column { stored(column).column }

    func extend(to groups: Int) { for column in own { column?.extend(to: groups) } }

    /// Overwrites the rows of some groups, none of them twice, with rows of a batch.
    func set(_ groups: [Int32], from batch: Batch, rows: [Int32]) {
        for column in texts { for group in groups { column.clear(Int(group)) } }
        groups.withUnsafeBufferPointer { groups in
            rows.withUnsafeBufferPointer { rows in
                guard let places = groups.baseAddress, let rows = rows.baseAddress else { return }
                for (index, column) in own.enumerated() {
                    column?.set(places, from: batch.columns[index], rows: rows, count: groups.count)
                }
            }
        }
    }

    /// The rows of some groups as columns.
    func gathered(_ groups: [Int32]) -> [Column] { own.indices.map { stored($0).gathered(groups) } }

    /// Whether the row of a group is row `row` of the columns.
    func areEqual(_ group: Int, _ columns: [Column], _ row: Int) -> Bool {
        for index in own.indices where keyPlaces[index] == nil {
            if !stored(index).equals(group, columns[index], row) { return false }
        }
        return true
    }
}
