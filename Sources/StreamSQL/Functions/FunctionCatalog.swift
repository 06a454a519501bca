import Columnar

/// The scalar functions by name.
struct FunctionCatalog: Sendable {
    private let functions: [String: BuiltinFunction]

    static let builtin = FunctionCatalog()

    private init() {
        var functions: [String: BuiltinFunction] = [:]
        let families = [
            TextFunctions.all, EncodingFunctions.all, PatternFunctions.all, JSONFunctions.all, NumberFunctions.all,
            RandomFunctions.all, TimeFunctions.all, ConditionalFunctions.all, CollectionFunctions.all,
        ]
        for function in families.joined() { functions[function.name] = function }
        self.functions = functions
    }

    /// The names of all functions that can be called, sorted.
    var names: [String] {
        (Array(functions.keys) + Array(AggregateBinding.names) + ["CURRENT_WATERMARK"]).sorted()
    }

    /// Checks a call and gives the expression for it.
    func bind(
        _ arguments: FunctionArguments, nameRange: SourceRange, hasBrackets: Bool
    ) throws(SQLError) -> PlanExpression {
        let name = arguments.name
        guard let function = functions[name] else {
            if Self.notYet.contains(name) {
                throw SQLError(.unsupported, "function \(name) is not supported yet", at: nameRange)
            }
            let near = nearestName(to: name, in: names + Self.notYet.sorted())
            throw SQLError(
                .name, "there is no function '\(name)'", at: nameRange, hint: near.map { "did you mean \($0)?" })
        }
        guard function.arity.contains(arguments.count) else {
            throw SQLError(
                .semantics, "\(name) takes \(Self.count(function.arity)), not \(arguments.count)", at: arguments.range)
        }
        return try function.bind(arguments)
    }

    private static func count(_ arity: ClosedRange<Int>) -> String {
        let least = arity.lowerBound
        let most = arity.upperBound
        if most >= unlimited { return "at least \(least) argument\(least == 1 ? "" : "s")" }
        if least == most { return "\(least) argument\(least == 1 ? "" : "s")" }
        return "\(least) to \(most) arguments"
    }

    /// Arity of functions with any number of arguments.
    static let unlimited = 1_000

    /// Functions of the dialect that have no kernel yet.
    static let notYet: Set<String> = [
        "PARSE_JSON", "TRY_PARSE_JSON", "CURRENT_DATABASE", "SESSION_START", "SESSION_END", "SESSION_ROWTIME",
        "TUMBLE_PROCTIME", "HOP_PROCTIME", "SESSION_PROCTIME", "SESSION", "GROUPING",
    ]
}
