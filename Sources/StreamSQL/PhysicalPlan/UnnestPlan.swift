package import Columnar

/// A row for each element of a collection column: the columns kept of the input, then the columns of the element.
package struct UnnestPlan: Sendable, Hashable {
    /// The ARRAY, MAP or MULTISET.
    package var column: Int
    package var type: LogicalType
    /// Input columns that are passed on.
    package var kept: [Int]
    /// Which of the columns of ``elementFields(of:withOrdinality:)`` are made.
    package var elements: [Int]
    /// Whether the last of them is the place of the element, counted from 1.
    package var withOrdinality: Bool
    /// Whether a row without elements is passed on with NULLs.
    package var isLeft: Bool

    package init(
        column: Int, type: LogicalType, kept: [Int], elements: [Int], withOrdinality: Bool, isLeft: Bool
    ) {
        self.column = column
        self.type = type
        self.kept = kept
        self.elements = elements
        self.withOrdinality = withOrdinality
        self.isLeft = isLeft
    }

    /// What each element of a collection gives: its value, or the fields of the ROW it is; key and value of a map.
    /// Empty for a type that is no collection.
    package static func elementFields(of type: LogicalType, withOrdinality: Bool) -> [Field] {
        var fields: [Field]
        switch type {
        case .array(let element), .multiset(let element):
            if case .row(let parts) = element.logical {
                fields = parts.map { Field($0.name, $0.type.nullable($0.type.isNullable || element.isNullable)) }
            } else {
                fields = [Field("f0", element)]
            }
        case .map(let key, let value): fields = [Field("f0", key), Field("f1", value)]
        default: return []
        }
        if withOrdinality { fields.append(Field("ORDINALITY", DataType(.integer, isNullable: false))) }
        return fields
    }

    /// The columns made of each element.
    package var fields: [Field] {
        let all = Self.elementFields(of: type, withOrdinality: withOrdinality)
        return elements.filter { $0 < all.count }.map { index in
            isLeft ? Field(all[index].name, all[index].type.nullable(true)) : all[index]
        }
    }
}
