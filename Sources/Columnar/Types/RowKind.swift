/// What a row of a changelog does; the raw values are those of the stored form.
package enum RowKind: UInt8, Sendable, Hashable {
    case insert = 0
    case updateBefore = 1
    case updateAfter = 2
    case delete = 3

    /// The short form people know: `+I`, `-U`, `+U`, `-D`.
    package var shortForm: String {
        switch self {
        case .insert: "+I"
        case .updateBefore: "-U"
        case .updateAfter: "+U"
        case .delete: "-D"
        }
    }

    /// True for rows that add, false for rows that take away.
    package var isAddition: Bool { self == .insert || self == .updateAfter }
}
