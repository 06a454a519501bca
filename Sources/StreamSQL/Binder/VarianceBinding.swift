import Columnar

/// STDDEV and VARIANCE and their like, written with sums and counts, in the arithmetic of the argument's type.
struct VarianceBinding {
    let binding: AggregateBinding

    func bind(_ written: AggregateBinding.Written) throws(SQLError) -> PlanExpression {
        let type = written.values[0].type.logical
        guard type.isNumeric else {
            throw SQLError(
                .type, "\(written.name) takes a number, not \(type)", at: written.ranges.first ?? written.range,
                hint: type.isText ? "CAST it to a number" : nil)
        }
        let isOfPopulation = written.name.hasSuffix("_POP")
        var result = DataType(type)
        if case .decimal(_, let scale) = type {
            result.logical = .decimal(precision: LogicalType.maximumPrecision, scale: max(6, scale))
        }
        let value = CastRules.convert(written.values[0], to: result.logical)
        let range = written.range
        // (sum(x * x) - sum(x) * sum(x) / count(x)) / count(x), or by one less for samples.
        let squares = try sum(try arithmetic(.multiply, value, value, range), written)
        let values = try sum(value, written)
        let count = try self.count(value, written)
        let mean = try arithmetic(.divide, try arithmetic(.multiply, values, values, range), count, range)
        let difference = try arithmetic(.subtract, squares, mean, range)
        let spread = try arithmetic(.divide, difference, try divisor(count, isOfPopulation, range), range)
        guard written.name.hasPrefix("STDDEV") else { return CastRules.convert(spread, to: result.logical) }
        let root = PlanExpression.call(
            .power,
            [CastRules.convert(spread, to: .double), .literal(.float64(0.5), DataType(.double, isNullable: false))],
            DataType(.double))
        return CastRules.convert(root, to: result.logical)
    }

    private func arithmetic(
        _ function: ScalarFunction, _ left: PlanExpression, _ right: PlanExpression, _ range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        try binding.arguments.arithmetic(function, left, right, "\(function)", at: range)
    }

    private func sum(_ value: PlanExpression, _ written: AggregateBinding.Written) throws(SQLError) -> PlanExpression {
        var written = written
        written.values = [value]
        return try binding.sum(.sum, written)
    }

    /// How many values there are; NULL for none, so that nothing is divided by zero.
    private func count(_ value: PlanExpression, _ written: AggregateBinding.Written) throws(SQLError) -> PlanExpression
    {
        var written = written
        written.values = [value]
        let count = try binding.add(.count, written, DataType(.bigint, isNullable: false))
        return nullWhere(count, equals: 0, count)
    }

    private func divisor(
        _ count: PlanExpression, _ isOfPopulation: Bool, _ range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard !isOfPopulation else { return count }
        return nullWhere(
            count, equals: 1, try arithmetic(.subtract, count, LiteralBinding.integer(1, .bigint), range))
    }

    private func nullWhere(_ value: PlanExpression, equals number: Int64, _ otherwise: PlanExpression) -> PlanExpression
    {
        let test = PlanExpression.call(
            .equal, [value, LiteralBinding.integer(number, .bigint)],
            DataType(.boolean, isNullable: value.type.isNullable))
        return .conditional(
            [ConditionalBranch(condition: test, value: .literal(.null, DataType(.bigint)))], otherwise: otherwise,
            DataType(.bigint))
    }
}
