package import Columnar

/// Join of each row with the rows that a table holds when the row comes. Emits the columns of the input, then those of
/// `shape`.
package struct LookupJoinPlan: Sendable {
    /// Whether rows that find nothing are emitted.
    package var isLeft: Bool
    package var leftKeys: [Int]
    /// Positions in `shape`.
    package var rightKeys: [Int]
    package var nullSafe: [Bool]
    /// A further condition over the joined columns; nil is true.
    package var residual: PlanExpression?
    package var scan: ScanPlan
    /// What is made of the rows that the scan gives.
    package var shape: CalculatePlan
    package var rightFields: [Field]
    package var settings: LookupSettings

    /// The columns of the scan that the keys are compared with; nil where one of them is computed.
    package var scanKeys: [Int]? {
        var result: [Int] = []
        for key in rightKeys {
            guard let column = Self.column(shape.projections[key]) else { return nil }
            result.append(column)
        }
        return result
    }

    /// The column that an expression hands on; a whole number stays the same number when it is made wider.
    private static func column(_ expression: PlanExpression) -> Int? {
        switch expression {
        case .column(let position, _): return position
        case .cast(let inner, let type, _):
            guard type.logical.isInteger, inner.type.logical.isInteger, case .column(let position, _) = inner else {
                return nil
            }
            return LogicalType.integerWidth(type.logical) >= LogicalType.integerWidth(inner.type.logical)
                ? position : nil
        default: return nil
        }
    }

    /// Whether the table's PRIMARY KEY is among what is compared.
    package var findsOneRow: Bool {
        guard !scan.table.primaryKey.isEmpty else { return false }
        let compared = rightKeys.compactMap { Self.column(shape.projections[$0]) }.map { scan.columns[$0] }
        return scan.table.primaryKey.allSatisfy { compared.contains(.physical($0)) }
    }
}

extension LogicalType {
    /// Bits of a type of whole numbers.
    fileprivate static func integerWidth(_ type: LogicalType) -> Int {
        switch type {
        case .tinyint: 8
        case .smallint: 16
        case .integer: 32
        default: 64
        }
    }
}
