// The SQL/JSON functions with their clauses.
extension Parser {
    mutating func json(_ function: JSONCall.Function) throws(SQLError) -> Expression.Kind {
        advance()
        try expect(.leftBracket, "(")
        var call = JSONCall(function: function)
        switch function {
        case .exists, .value, .query: try jsonPathCall(&call)
        case .object: try jsonObject(&call)
        case .objectAgg: call.members = [try jsonMember()]
        case .array: try jsonArray(&call)
        case .arrayAgg: call.arguments = [try expression()]
        }
        if ![.exists, .value, .query].contains(function) {
            call.nullHandling = call.nullHandling ?? jsonNullHandling()
        }
        try expect(.rightBracket, ")")
        if function == .objectAgg || function == .arrayAgg, at("FILTER"), kind(ahead: 1) == .leftBracket {
            advance()
            call.filter = try filterClause()
        }
        return .json(call)
    }

    /// The document, the path and what follows them.
    private mutating func jsonPathCall(_ call: inout JSONCall) throws(SQLError) {
        call.arguments = [try expression()]
        try expect(.comma, ",")
        call.arguments.append(try expression())
        if call.function != .exists, accept("RETURNING") { call.returning = try type() }
        if call.function == .query { call.wrapper = try jsonWrapper() }
        while kind != .rightBracket {
            let behaviour = try jsonBehaviour()
            try expect("ON")
            if accept("ERROR") {
                call.onError = behaviour
            } else {
                if call.function == .exists { throw unexpected("ERROR") }
                try expect("EMPTY")
                call.onEmpty = behaviour
            }
        }
    }

    private mutating func jsonWrapper() throws(SQLError) -> JSONCall.Wrapper? {
        if accept("WITHOUT") {
            _ = accept("ARRAY")
            try expect("WRAPPER")
            return .without
        }
        guard accept("WITH") else { return nil }
        let isConditional = accept("CONDITIONAL")
        if !isConditional { _ = accept("UNCONDITIONAL") }
        _ = accept("ARRAY")
        try expect("WRAPPER")
        return isConditional ? .conditional : .unconditional
    }

    private mutating func jsonBehaviour() throws(SQLError) -> JSONCall.Behaviour {
        if accept("NULL") { return .null }
        if accept("ERROR") { return .error }
        if accept("TRUE") { return .isTrue }
        if accept("FALSE") { return .isFalse }
        if accept("UNKNOWN") { return .unknown }
        if accept("DEFAULT") { return .defaultValue(try expression()) }
        if accept("EMPTY", "ARRAY") { return .emptyArray }
        if accept("EMPTY", "OBJECT") { return .emptyObject }
        throw unexpected("')' or what to do ON EMPTY or ON ERROR")
    }

    private mutating func jsonNullHandling() -> JSONCall.NullHandling? {
        if accept("NULL", "ON", "NULL") { return .null }
        if accept("ABSENT", "ON", "NULL") { return .absent }
        return nil
    }

    private mutating func jsonObject(_ call: inout JSONCall) throws(SQLError) {
        call.nullHandling = jsonNullHandling()
        guard kind != .rightBracket, call.nullHandling == nil else { return }
        call.members = try list { (parser) throws(SQLError) in try parser.jsonMember() }
    }

    /// `[KEY] key VALUE value` or `key : value`.
    private mutating func jsonMember() throws(SQLError) -> JSONCall.Member {
        if at("KEY"), ![.colon, .dot, .comma, .rightBracket].contains(kind(ahead: 1)), word(ahead: 1) != "VALUE" {
            advance()
        }
        let key = try expression()
        if !accept(.colon) { try expect("VALUE") }
        return JSONCall.Member(key: key, value: try expression())
    }

    private mutating func jsonArray(_ call: inout JSONCall) throws(SQLError) {
        call.nullHandling = jsonNullHandling()
        guard kind != .rightBracket, call.nullHandling == nil else { return }
        call.arguments = try expressions()
    }
}
