import Columnar

// IS, BETWEEN, LIKE and IN.
extension ExpressionBinder {
    func test(
        _ operand: Expression, _ predicate: TestPredicate, isNegated: Bool, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let type = DataType(.boolean, isNullable: false)
        switch predicate {
        case .null:
            let value = try bind(operand)
            if !value.type.isNullable, case .column = value { return .literal(.boolean(isNegated), type) }
            return .call(isNegated ? .isNotNull : .isNull, [value], type)
        case .isTrue:
            return .call(isNegated ? .isNotTrue : .isTrue, [try boolean(operand, "IS TRUE")], type)
        case .isFalse:
            return .call(isNegated ? .isNotFalse : .isFalse, [try boolean(operand, "IS FALSE")], type)
        case .unknown:
            return .call(isNegated ? .isNotNull : .isNull, [try boolean(operand, "IS UNKNOWN")], type)
        case .json, .jsonValue, .jsonObject, .jsonArray, .jsonScalar:
            return try jsonTest(operand, predicate, isNegated: isNegated)
        }
    }

    func between(_ between: BetweenExpression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let value = try bind(between.value)
        let low = try bind(between.low)
        let high = try bind(between.high)
        let result =
            if between.isSymmetric {
                try Self.either(
                    try isWithin(value, low, high, between, at: range),
                    try isWithin(value, high, low, between, at: range))
            } else {
                try isWithin(value, low, high, between, at: range)
            }
        return between.isNegated ? .call(.not, [result], result.type) : result
    }

    private func isWithin(
        _ value: PlanExpression, _ low: PlanExpression, _ high: PlanExpression, _ between: BetweenExpression,
        at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let above = try compare(
            .greaterOrEqual, value, low, "BETWEEN", between.value.range, between.low.range, at: range)
        let below = try compare(
            .lessOrEqual, value, high, "BETWEEN", between.value.range, between.high.range, at: range)
        let isNullable = above.type.isNullable || below.type.isNullable
        return .call(.and, [above, below], DataType(.boolean, isNullable: isNullable))
    }

    private static func either(_ first: PlanExpression, _ second: PlanExpression) throws(SQLError) -> PlanExpression {
        .call(.or, [first, second], DataType(.boolean, isNullable: first.type.isNullable || second.type.isNullable))
    }

    func like(_ like: LikeExpression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let name = like.isSimilar ? "SIMILAR TO" : "LIKE"
        let value = try bind(like.value)
        var operands = [value, try bind(like.pattern)]
        var ranges = [like.value.range, like.pattern.range]
        if let escape = like.escape {
            operands.append(try bind(escape))
            ranges.append(escape.range)
        }
        for (operand, place) in zip(operands, ranges)
        where !operand.type.logical.isText && operand.type.logical != .null {
            throw SQLError(.type, "\(name) takes texts, not \(operand.type.logical)", at: place)
        }
        if operands.count == 3, !operands[2].isLiteral, like.isSimilar {
            throw SQLError(.unsupported, "ESCAPE of SIMILAR TO takes a constant", at: ranges[2])
        }
        if operands.contains(where: { $0.type.logical == .null }) { return .literal(.null, .boolean) }
        if operands.count == 3, case .literal(.text(let escape), _) = operands[2], let range = ranges.last,
            String(decoding: escape, as: UTF8.self).unicodeScalars.count != 1
        {
            throw SQLError(.semantics, "ESCAPE takes a single character", at: range)
        }
        // An escape of each row may be no single character, which gives NULL.
        let isEscapeOpen = operands.count == 3 && !operands[2].isLiteral
        let type = DataType(.boolean, isNullable: isEscapeOpen || operands.contains { $0.type.isNullable })
        if like.isSimilar { try PatternFunctions.checkSimilar(operands, at: ranges[1]) }
        let result = PlanExpression.call(like.isSimilar ? .similarTo : .like, operands, type)
        return like.isNegated ? .call(.not, [result], type) : result
    }

    func inList(
        _ value: Expression, _ list: [Expression], isNegated: Bool, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let first = try bind(value)
        var type = first.type.logical
        var elements: [PlanExpression] = []
        for element in list {
            let bound = try bind(element)
            let (_, compared) = try comparable(first, bound, "IN", value.range, element.range, at: element.range)
            if let common = LogicalType.common(type, compared.type.logical) { type = common }
            elements.append(bound.type.logical.isText && !first.type.logical.isText ? compared : bound)
        }
        let probe = first.type.logical == .null ? .literal(.null, DataType(type)) : CastRules.coerce(first, to: type)
        let converted = elements.map {
            $0.type.logical == .null ? .literal(.null, DataType(type)) : CastRules.coerce($0, to: type)
        }
        let isNullable = ([probe] + converted).contains { $0.type.isNullable }
        let result: PlanExpression
        if converted.allSatisfy(\.isLiteral) {
            result = .call(.inList, [probe] + converted, DataType(.boolean, isNullable: isNullable))
        } else {
            let tests = converted.map {
                PlanExpression.call(
                    .equal, [probe, $0], DataType(.boolean, isNullable: probe.type.isNullable || $0.type.isNullable))
            }
            result = tests.count == 1 ? tests[0] : .call(.or, tests, DataType(.boolean, isNullable: isNullable))
        }
        return isNegated ? .call(.not, [result], result.type) : result
    }
}
