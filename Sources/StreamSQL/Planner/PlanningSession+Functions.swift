import Columnar

// CREATE, ALTER and DROP FUNCTION. Functions of one's own are classes of other runtimes, which can't be run here; what can be
// done is to let a script pass that declares, for another engine, what is built in here.
extension PlanningSession {
    /// Declares a function whose name is built in; returns what is to be told about it.
    mutating func createFunction(_ create: CreateFunction) throws(SQLError) -> SQLError? {
        let name = Lexer.uppercased(create.name.last.utf8)
        if create.ifCondition, userFunctions[name] != nil { return nil }
        guard userFunctions[name] == nil else {
            throw SQLError(.name, "the function '\(create.name.last)' exists already", at: create.name.range)
        }
        let isProcessFunction = catalog.tableFunctions[name] != nil
        let isBuiltIn = isProcessFunction || FunctionCatalog.builtin.names.contains(name)
        guard isBuiltIn else { throw Self.foreign(create) }
        guard isProcessFunction || !create.isSystem else {
            throw SQLError(
                .unsupported, "'\(create.name.last)' is built in, and a system function can't take its place",
                at: create.name.range, hint: "without SYSTEM the built-in function is meant, in Flink too")
        }
        userFunctions[name] = create.name.last
        return SQLError(
            .semantics, "'\(create.name.last)' is built in: calls mean that function, and the class is not loaded",
            at: create.name.range)
    }

    private static func foreign(_ create: CreateFunction) -> SQLError {
        let language = Lexer.uppercased((create.language?.text ?? "JAVA").utf8)
        let runtime = language == "PYTHON" ? "Python" : language == "SCALA" ? "Scala" : "Java"
        return SQLError(
            .unsupported,
            "the function '\(create.name.last)' is written in \(runtime), and Millrace runs no classes of it",
            at: create.name.range,
            hint:
                "SHOW FUNCTIONS lists what is built in; a view can hold an expression, and a process table function is "
                + "written in Swift")
    }

    func alterFunction(_ alter: CreateFunction) throws(SQLError) {
        let name = Lexer.uppercased(alter.name.last.utf8)
        guard userFunctions[name] == nil, !alter.ifCondition else { return }
        throw unknownFunction(alter.name, verb: "altered")
    }

    mutating func dropFunction(_ drop: DropStatement) throws(SQLError) {
        let name = Lexer.uppercased(drop.name.last.utf8)
        guard userFunctions.removeValue(forKey: name) == nil, !drop.ifExists else { return }
        throw unknownFunction(drop.name, verb: "dropped")
    }

    private func unknownFunction(_ name: ObjectName, verb: String) -> SQLError {
        let isBuiltIn = FunctionCatalog.builtin.names.contains(Lexer.uppercased(name.last.utf8))
        return SQLError(
            .name,
            isBuiltIn
                ? "the function '\(name.last)' is built in and can't be \(verb)"
                : "there is no function '\(name.text)'", at: name.range)
    }
}
