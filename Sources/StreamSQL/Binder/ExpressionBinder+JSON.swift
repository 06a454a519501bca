import Columnar

// The SQL/JSON functions with clauses, IS JSON, and OVERLAPS.
extension ExpressionBinder {
    func json(_ call: JSONCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        switch call.function {
        case .exists, .value, .query: return try jsonSearch(call, at: range)
        case .object: return try jsonObject(call)
        case .array: return try jsonArray(call)
        case .objectAgg, .arrayAgg:
            throw SQLError(.unsupported, "\(call.function.rawValue) is not supported yet", at: range)
        }
    }

    /// The functions that follow a path; those that may fail keep their place.
    private func jsonSearch(_ call: JSONCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let bound: PlanExpression =
            switch call.function {
            case .exists: try jsonExists(call)
            case .value: try jsonValue(call, at: range)
            default: try jsonQuery(call, at: range)
            }
        return call.onEmpty == .error || call.onError == .error ? bound.located(range) : bound
    }

    func jsonTest(
        _ operand: Expression, _ predicate: TestPredicate, isNegated: Bool
    ) throws(SQLError) -> PlanExpression {
        let type = DataType(.boolean, isNullable: false)
        let value = try jsonText(operand, "IS \(predicate.rawValue)")
        let kind =
            switch predicate {
            case .jsonScalar: "S"
            case .jsonArray: "A"
            case .jsonObject: "O"
            default: "V"
            }
        let test = PlanExpression.call(.jsonTest, [value, LiteralBinding.text(kind)], type)
        return isNegated ? .call(.not, [test], type) : test
    }

    private func jsonText(_ expression: Expression, _ name: String) throws(SQLError) -> PlanExpression {
        let value = try bind(expression)
        if value.type.logical == .null { return .literal(.null, .string) }
        guard value.type.logical.isText else {
            throw SQLError(.type, "\(name) takes a text, not \(value.type.logical)", at: expression.range)
        }
        return value
    }

    /// Document and path; a constant path must be one.
    private func jsonOperands(_ call: JSONCall) throws(SQLError) -> [PlanExpression] {
        let name = call.function.rawValue
        let path = try jsonText(call.arguments[1], name)
        if case .literal(.text(let bytes), _) = path {
            do throws(JSONPath.Problem) {
                _ = try JSONPath(bytes)
            } catch {
                throw SQLError(
                    .semantics, "the path of \(name) can't be used: \(error.reason)", at: call.arguments[1].range,
                    hint: "paths look like '$.a.b[0]' or 'lax $.a[*].b'")
            }
        }
        return [try jsonText(call.arguments[0], name), path]
    }

    private func jsonExists(_ call: JSONCall) throws(SQLError) -> PlanExpression {
        let operands = try jsonOperands(call)
        let letter =
            switch call.onError {
            case .isTrue: "T"
            case .unknown, .null: "U"
            case .error: "E"
            default: "F"
            }
        return .call(.jsonExists, operands + [LiteralBinding.text(letter)], .boolean)
    }

    // MARK: JSON_VALUE

    private func jsonValue(_ call: JSONCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        var type = DataType.string
        if let returning = call.returning {
            type = try TypeResolution.resolve(returning).nullable(true)
            switch type.logical {
            case .char, .varchar, .boolean, .integer, .double: break
            default:
                throw SQLError(
                    .type, "JSON_VALUE can't return \(type.logical)", at: range,
                    hint: "it returns STRING, BOOLEAN, INTEGER or DOUBLE; CAST the result to another type")
            }
        }
        let (onEmpty, emptyValue) = try jsonDefault(call.onEmpty, type, "ON EMPTY", at: range)
        let (onError, errorValue) = try jsonDefault(call.onError, type, "ON ERROR", at: range)
        let letters = LiteralBinding.text(onEmpty + onError)
        return .call(.jsonValue, try jsonOperands(call) + [letters, emptyValue, errorValue], type)
    }

    private func jsonDefault(
        _ behaviour: JSONCall.Behaviour?, _ type: DataType, _ clause: String, at range: SourceRange
    ) throws(SQLError) -> (String, PlanExpression) {
        let nothing = PlanExpression.literal(.null, type)
        switch behaviour {
        case nil, .null: return ("N", nothing)
        case .error: return ("E", nothing)
        case .defaultValue(let expression):
            let value = try bind(expression)
            if value.type.logical == .null { return ("N", nothing) }
            guard CastRules.canCast(value.type.logical, to: type.logical) else {
                throw SQLError(
                    .type, "the value \(clause) is \(value.type.logical) and not \(type.logical)", at: expression.range)
            }
            return ("D", CastRules.coerce(value, to: type.logical))
        default: throw SQLError(.semantics, "JSON_VALUE takes NULL, ERROR or DEFAULT \(clause)", at: range)
        }
    }

    // MARK: JSON_QUERY

    private func jsonQuery(_ call: JSONCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        var type = DataType.string
        if let returning = call.returning {
            type = try TypeResolution.resolve(returning).nullable(true)
            var isArray = false
            if case .array(let element) = type.logical { isArray = element.logical.isText }
            guard type.logical.isText || isArray else {
                throw SQLError(
                    .type, "JSON_QUERY can't return \(type.logical)", at: range,
                    hint: "it returns STRING or ARRAY<STRING>")
            }
        }
        let wrapper =
            switch call.wrapper {
            case .conditional: "C"
            case .unconditional: "U"
            case nil, .without: "W"
            }
        let letters =
            try wrapper + jsonLetter(call.onEmpty, "ON EMPTY", at: range)
            + jsonLetter(call.onError, "ON ERROR", at: range)
        return .call(.jsonQuery, try jsonOperands(call) + [LiteralBinding.text(letters)], type)
    }

    private func jsonLetter(
        _ behaviour: JSONCall.Behaviour?, _ clause: String, at range: SourceRange
    ) throws(SQLError) -> String {
        switch behaviour {
        case nil, .null: return "N"
        case .error: return "E"
        case .emptyArray: return "A"
        case .emptyObject: return "O"
        default:
            throw SQLError(
                .semantics, "JSON_QUERY takes NULL, ERROR, EMPTY ARRAY or EMPTY OBJECT \(clause)", at: range)
        }
    }

    // MARK: JSON_OBJECT and JSON_ARRAY

    private func jsonObject(_ call: JSONCall) throws(SQLError) -> PlanExpression {
        var letters = call.nullHandling == .absent ? "A" : "N"
        var operands: [PlanExpression] = []
        for member in call.members {
            let key = try jsonText(member.key, "the key of JSON_OBJECT")
            if case .literal(.null, _) = key {
                throw SQLError(.type, "the key of JSON_OBJECT can't be NULL", at: member.key.range)
            }
            let (value, letter) = try jsonPart(member.value)
            operands += [key, value]
            letters += letter
        }
        return .call(
            .jsonObject, [LiteralBinding.text(letters)] + operands, DataType(DataType.string.logical, isNullable: false)
        )
    }

    private func jsonArray(_ call: JSONCall) throws(SQLError) -> PlanExpression {
        var letters = call.nullHandling == .null ? "N" : "A"
        var operands: [PlanExpression] = []
        for argument in call.arguments {
            let (value, letter) = try jsonPart(argument)
            operands.append(value)
            letters += letter
        }
        return .call(
            .jsonArray, [LiteralBinding.text(letters)] + operands, DataType(DataType.string.logical, isNullable: false))
    }

    /// A value of a constructor, with J when it is JSON itself and V when it is not.
    private func jsonPart(_ expression: Expression) throws(SQLError) -> (PlanExpression, String) {
        if case .json(let inner) = expression.kind, [.object, .array, .objectAgg, .arrayAgg].contains(inner.function) {
            return (try bind(expression), "J")
        }
        if case .call(let inner) = expression.kind, Lexer.uppercased(inner.name.last.utf8) == "JSON",
            inner.arguments.count == 1
        {
            // Text that is no JSON becomes NULL rather than a broken document.
            let text = try jsonText(inner.arguments[0].value, "JSON")
            let path = LiteralBinding.text("lax $")
            let value = PlanExpression.call(.jsonQuery, [text, path, LiteralBinding.text("WNN")], .string)
            let scalar = PlanExpression.call(.jsonTest, [text, LiteralBinding.text("S")], .boolean)
            return (
                .conditional(
                    [ConditionalBranch(condition: scalar, value: CastRules.coerce(text, to: DataType.string.logical))],
                    otherwise: value, .string), "J"
            )
        }
        let value = try bind(expression)
        if value.type.logical == .null { return (.literal(.null, .string), "V") }
        return (value, "V")
    }

    // MARK: OVERLAPS

    func overlaps(_ left: Expression, _ right: Expression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        try TimeFunctions.overlaps(try period(left), try period(right), [left.range, right.range], at: range)
    }

    private func period(_ expression: Expression) throws(SQLError) -> (PlanExpression, PlanExpression) {
        guard case .row(let parts) = expression.kind, parts.count == 2 else {
            throw SQLError(
                .semantics, "OVERLAPS takes periods such as (begin, end) or (begin, INTERVAL '1' HOUR)",
                at: expression.range)
        }
        return (try bind(parts[0]), try bind(parts[1]))
    }
}
