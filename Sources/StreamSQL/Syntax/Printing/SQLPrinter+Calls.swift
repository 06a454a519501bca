extension SQLPrinter {
    mutating func call(_ call: FunctionCall) {
        if !call.hasBrackets { return write(call.name.last) }
        if specialCall(call) { return }
        functionName(call.name)
        write("(")
        if call.isStar { write("*") }
        if let quantifier = call.quantifier { write("\(quantifier.rawValue) ") }
        list(call.arguments) { printer, argument in
            if let name = argument.name {
                printer.name(name)
                printer.write(" => ")
            }
            printer.expression(argument.value)
        }
        orderBy(call.orderBy)
        write(")")
        if !call.withinGroup.isEmpty {
            write(" WITHIN GROUP (")
            orderBy(call.withinGroup, before: "")
            write(")")
        }
        if let treatment = call.nullTreatment { write(" \(treatment.rawValue)") }
        filter(call.filter)
        switch call.over {
        case .named(let window):
            write(" OVER ")
            name(window)
        case .specification(let window):
            write(" OVER ")
            self.window(window)
        case nil: break
        }
    }

    private mutating func filter(_ condition: Expression?) {
        guard let condition else { return }
        write(" FILTER (WHERE ")
        expression(condition)
        write(")")
    }

    /// Reserved words that name functions stand without backquotes, except where a syntax of their own would be read.
    private mutating func functionName(_ name: ObjectName) {
        let upper = Lexer.uppercased(name.last.utf8)
        let hasSyntax = ["EXTRACT", "POSITION", "OVERLAY", "TIMESTAMPADD", "TIMESTAMPDIFF"].contains(upper)
        if name.parts.count == 1, Keywords.bareFunctions.contains(upper) {
            write(name.last)
        } else if name.parts.count == 1, !hasSyntax, Keywords.functionNames.contains(upper) {
            write(name.last)
        } else if name.parts.count == 1, hasSyntax, upper.hasPrefix("TIMESTAMP") {
            write(name.last)
        } else {
            self.name(name)
        }
    }

    /// Calls that have keywords between their arguments; false when this is none of them.
    private mutating func specialCall(_ call: FunctionCall) -> Bool {
        let arguments = call.arguments.map(\.value)
        switch (Lexer.uppercased(call.name.text.utf8), arguments.count) {
        case ("EXTRACT", 2):
            write("EXTRACT(")
            expression(arguments[0])
            write(" FROM ")
            expression(arguments[1])
        case ("POSITION", 2), ("POSITION", 3):
            write("POSITION(")
            expression(arguments[0], .sum)
            write(" IN ")
            expression(arguments[1])
            if arguments.count > 2 {
                write(" FROM ")
                expression(arguments[2])
            }
        case ("OVERLAY", 3), ("OVERLAY", 4):
            write("OVERLAY(")
            expression(arguments[0])
            write(" PLACING ")
            expression(arguments[1])
            write(" FROM ")
            expression(arguments[2])
            if arguments.count > 3 {
                write(" FOR ")
                expression(arguments[3])
            }
        case ("FLOOR", 2), ("CEIL", 2), ("CEILING", 2):
            guard case .timeUnit(let unit) = arguments[1].kind else { return false }
            write("\(call.name.text)(")
            expression(arguments[0])
            write(" TO \(unit.rawValue)")
        default:
            return false
        }
        write(")")
        return true
    }

    mutating func tableArgument(_ argument: TableArgument) {
        write("TABLE ")
        switch argument.source {
        case .table(let table): name(table)
        case .query(let query): bracketed(query)
        }
        if !argument.hints.isEmpty {
            write(" ")
            hints(argument.hints)
        }
        alias(argument.alias)
        if !argument.partitionBy.isEmpty {
            write(" PARTITION BY ")
            if argument.partitionBy.count == 1 {
                expression(argument.partitionBy[0])
            } else {
                bracketed(argument.partitionBy)
            }
        }
        guard !argument.orderBy.isEmpty else { return }
        write(" ORDER BY (")
        list(argument.orderBy) { $0.orderItem($1) }
        write(")")
    }

    // MARK: SQL/JSON

    mutating func json(_ call: JSONCall) {
        write("\(call.function.rawValue)(")
        list(call.arguments) { $0.expression($1) }
        list(call.members) { printer, member in
            printer.expression(member.key)
            printer.write(" VALUE ")
            printer.expression(member.value)
        }
        if let returning = call.returning {
            write(" RETURNING ")
            type(returning)
        }
        if let wrapper = call.wrapper { write(" \(wrapper.rawValue)") }
        behaviour(call.onEmpty, "EMPTY")
        behaviour(call.onError, "ERROR")
        if let handling = call.nullHandling {
            if !call.arguments.isEmpty || !call.members.isEmpty { write(" ") }
            write(handling.rawValue)
        }
        write(")")
        filter(call.filter)
    }

    private mutating func behaviour(_ behaviour: JSONCall.Behaviour?, _ event: String) {
        guard let behaviour else { return }
        switch behaviour {
        case .null: write(" NULL")
        case .error: write(" ERROR")
        case .emptyArray: write(" EMPTY ARRAY")
        case .emptyObject: write(" EMPTY OBJECT")
        case .isTrue: write(" TRUE")
        case .isFalse: write(" FALSE")
        case .unknown: write(" UNKNOWN")
        case .defaultValue(let value):
            write(" DEFAULT ")
            expression(value)
        }
        write(" ON \(event)")
    }
}
