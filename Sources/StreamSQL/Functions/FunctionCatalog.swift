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
        names = Self.boundByName.union(functions.keys).sorted()
    }

    /// The names of all functions that can be called, sorted: those of this catalogue, and those that the binder knows by
    /// name because they stand for more than a value of one row or have a syntax of their own.
    let names: [String]

    private static let boundByName: Set<String> = AggregateBinding.names.union(OverBinding.names)
        .union(GroupingSets.functions).union(MatchRows.names).union(GroupWindowBinding.names)
        .union(ExpressionBinder.windowHelpers.keys).union(JSONCall.Function.allCases.map(\.rawValue))
        .union(["CAST", "TRY_CAST", "TRIM", "CURRENT_DATABASE", "CURRENT_WATERMARK"])

    /// Checks a call and gives the expression for it.
    func bind(
        _ arguments: FunctionArguments, nameRange: SourceRange, hasBrackets: Bool
    ) throws(SQLError) -> PlanExpression {
        let name = arguments.name
        guard let function = functions[name] else {
            if let refused = Self.refused(name) {
                throw SQLError(.unsupported, refused.reason, at: nameRange, hint: refused.hint)
            }
            let near = nearestName(to: name, in: names)
            throw SQLError(
                .name, "there is no function '\(name)'", at: nameRange,
                hint: near.map { "did you mean \($0)?" } ?? "SHOW FUNCTIONS lists what there is")
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

    /// Why a function of the dialect is not here, and what to write instead; nil for names that are none of it.
    static func refused(_ name: String) -> (reason: String, hint: String?)? {
        switch name {
        case "PARSE_JSON", "TRY_PARSE_JSON":
            return (
                "\(name) gives a VARIANT, a type that is not supported",
                "keep the text, and read it with JSON_VALUE, JSON_QUERY and IS JSON"
            )
        case "SINGLE_VALUE": return ("SINGLE_VALUE is for plans only", "a subquery in brackets is a value")
        default: break
        }
        if name.hasPrefix("BITMAP_") {
            return ("\(name) works on the type BITMAP, which is not supported", "COUNT(DISTINCT x) counts exactly")
        }
        if name.hasPrefix("ML_") || name == "VECTOR_SEARCH" {
            return ("\(name) needs a model or a vector index, which are not supported", nil)
        }
        let window = ["TUMBLE", "HOP", "SESSION"].first { name == $0 || name.hasPrefix($0 + "_") }
        return window.map { ("\(name) belongs to GROUP BY \($0)(time, …)", "window functions in FROM work everywhere") }
    }
}
