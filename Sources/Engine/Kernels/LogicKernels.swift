import Columnar
import StreamSQL

/// Three-valued logic, 64 rows at a time.
enum LogicKernels {
    static let and: Kernel = { call in
        let result = call.makeResult()
        let arguments = call.arguments
        for index in 0..<call.wordCount {
            var allTrue = UInt64.max
            var anyFalse: UInt64 = 0
            for argument in arguments {
                let valid = validWord(argument, index)
                let bits = bitWord(argument, index)
                allTrue &= bits & valid
                anyFalse |= ~bits & valid
            }
            result.bits[index] = allTrue
            result.validity[index] = allTrue | anyFalse
        }
        result.mayHaveNulls = arguments.contains { $0.column.mayHaveNulls }
        return result
    }

    static let or: Kernel = { call in
        let result = call.makeResult()
        let arguments = call.arguments
        for index in 0..<call.wordCount {
            var anyTrue: UInt64 = 0
            var allFalse = UInt64.max
            for argument in arguments {
                let valid = validWord(argument, index)
                let bits = bitWord(argument, index)
                anyTrue |= bits & valid
                allFalse &= ~bits & valid
            }
            result.bits[index] = anyTrue
            result.validity[index] = anyTrue | allFalse
        }
        result.mayHaveNulls = arguments.contains { $0.column.mayHaveNulls }
        return result
    }

    static let not: Kernel = { call in
        let result = call.makeResult()
        for index in 0..<call.wordCount { result.bits[index] = ~bitWord(call[0], index) }
        propagateNulls(call, into: result)
        return result
    }

    /// IS [NOT] NULL, TRUE, FALSE: never NULL.
    static func test(_ function: ScalarFunction) -> Kernel {
        switch function {
        case .isNull: words { argument, index in ~validWord(argument, index) }
        case .isNotNull: words { argument, index in validWord(argument, index) }
        case .isTrue: words { argument, index in validWord(argument, index) & bitWord(argument, index) }
        case .isNotTrue: words { argument, index in ~(validWord(argument, index) & bitWord(argument, index)) }
        case .isFalse: words { argument, index in validWord(argument, index) & ~bitWord(argument, index) }
        default: words { argument, index in ~(validWord(argument, index) & ~bitWord(argument, index)) }
        }
    }

    private static func words(_ word: @escaping @Sendable (KernelArgument, Int) -> UInt64) -> Kernel {
        { call in
            let result = call.makeResult()
            for index in 0..<call.wordCount { result.bits[index] = word(call[0], index) }
            return result
        }
    }
}
