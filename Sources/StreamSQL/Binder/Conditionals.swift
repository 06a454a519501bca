import Columnar

/// CASE and the functions that are written with it.
enum Conditionals {
    /// The first value whose condition holds, else the last value; all brought to one type.
    static func choose(
        _ conditions: [PlanExpression], _ values: [PlanExpression], _ ranges: [SourceRange], _ name: String
    ) throws(SQLError) -> PlanExpression {
        let type = try commonType(values, ranges, name)
        var branches: [ConditionalBranch] = []
        for (condition, value) in zip(conditions, values) {
            branches.append(ConditionalBranch(condition: condition, value: convert(value, to: type)))
        }
        guard let last = values.last, !branches.isEmpty else { return .literal(.null, type) }
        return .conditional(branches, otherwise: convert(last, to: type), type)
    }

    /// The one type of several values; nullable when one of them is.
    static func commonType(
        _ values: [PlanExpression], _ ranges: [SourceRange], _ name: String
    ) throws(SQLError) -> DataType {
        var type = values.first?.type ?? DataType(.null)
        for (position, value) in values.enumerated().dropFirst() {
            guard let common = DataType.common(type, value.type) else {
                throw SQLError(
                    .type, "the values of \(name) have no common type: \(type.logical) and \(value.type.logical)",
                    at: position < ranges.count ? ranges[position] : .none, hint: "CAST one of them")
            }
            type = common
        }
        return type.logical == .null ? DataType(.string) : type
    }

    /// COALESCE: each value tested for NULL in turn.
    static func coalesce(_ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        var type = try commonType(arguments.values, arguments.ranges, arguments.name)
        type.isNullable = arguments.values.allSatisfy { $0.type.isNullable || $0.type.logical == .null }
        var branches: [ConditionalBranch] = []
        for value in arguments.values where value.type.logical != .null {
            if !value.type.isNullable {
                let last = convert(value, to: type)
                return branches.isEmpty ? last : .conditional(branches, otherwise: last, type)
            }
            let test = PlanExpression.call(.isNotNull, [value], DataType(.boolean, isNullable: false))
            branches.append(ConditionalBranch(condition: test, value: convert(value, to: type)))
        }
        guard let last = branches.popLast() else { return .literal(.null, type) }
        return branches.isEmpty ? last.value : .conditional(branches, otherwise: last.value, type)
    }

    /// A value as a branch of this type; a bare NULL becomes one of the type.
    private static func convert(_ value: PlanExpression, to type: DataType) -> PlanExpression {
        if value.type.logical == .null { return .literal(.null, type.nullable(true)) }
        return CastRules.coerce(value, to: type.logical)
    }
}
