package import Columnar
package import ConnectorContract

/// A call of a process table function; its inputs are the tables of the call.
package struct TableFunctionPlan: Sendable, Hashable {
    package var function: any TableFunction
    package var call: TableFunctionCall
    package var shape: TableFunctionShape
    /// Rows have a key, by which state is kept; else each is looked at by itself.
    package var isKeyed: Bool
    /// The name its author gave the call, under which its state is stored.
    package var uid: String?

    package init(
        function: any TableFunction, call: TableFunctionCall, shape: TableFunctionShape, isKeyed: Bool,
        uid: String? = nil
    ) {
        self.function = function
        self.call = call
        self.shape = shape
        self.isKeyed = isKeyed
        self.uid = uid
    }

    /// Columns in front of the function's own.
    package var leadingFields: [Field] {
        guard let first = call.tables.first else { return [] }
        if shape.passesColumns { return first.fields }
        return call.tables.flatMap { table in table.partition.map { table.fields[$0] } }
    }

    /// The type of `rowtime`; nil without `on_time`.
    package var timeType: DataType? {
        for table in call.tables {
            if let column = table.timeColumn { return table.fields[column].type.nullable(true) }
        }
        return nil
    }

    /// The column of `on_time` in one of its tables.
    package func timeColumn(of input: Int) -> Int? {
        call.tables.indices.contains(input) ? call.tables[input].timeColumn : nil
    }

    /// The last column is a time attribute.
    var hasTimeAttribute: Bool { timeType != nil && !shape.emitsChanges }

    /// For people.
    var text: String {
        let tables = call.tables.map { table in
            let keys = table.partition.map { table.fields[$0].name }
            return keys.isEmpty ? "rows" : "rows by [\(keys.joined(separator: ", "))]"
        }
        return "process \(function.name) of \(tables.joined(separator: " and "))"
    }

    /// All columns, with names that differ.
    package var outputFields: [Field] {
        var result = leadingFields + shape.fields
        if let timeType { result.append(Field("rowtime", timeType)) }
        var taken: Set<String> = []
        for position in result.indices {
            let name = result[position].name
            var number = 0
            while !taken.insert(result[position].name).inserted {
                result[position].name = "\(name)\(number)"
                number += 1
            }
        }
        return result
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.function.name == right.function.name && left.call == right.call && left.shape == right.shape
            && left.isKeyed == right.isKeyed && left.uid == right.uid
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(function.name)
        hasher.combine(call)
        hasher.combine(uid)
    }
}
