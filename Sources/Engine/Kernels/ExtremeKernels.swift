import Columnar
import StreamSQL

/// GREATEST and LEAST: NULL if any operand is NULL.
enum ExtremeKernels {
    static func kernel(_ type: LogicalType, isGreatest: Bool) -> Kernel {
        switch type.kind {
        case .int64: numbers(isGreatest, \.int64)
        case .float64: numbers(isGreatest, \.float64)
        case .int128: numbers(isGreatest, \.int128)
        case .bits: booleans(isGreatest)
        case .text: texts(isGreatest)
        }
    }

    private static func numbers<Value: Comparable & SendableMetatype>(
        _ isGreatest: Bool, _ values: @escaping @Sendable (Column) -> UnsafeMutablePointer<Value>
    ) -> Kernel {
        { call in
            let result = call.makeResult()
            let output = values(result)
            for (index, argument) in call.arguments.enumerated() {
                let input = values(argument.column)
                let mask = argument.rowMask
                for row in 0..<call.rowCount {
                    let value = input[row & mask]
                    if index == 0 || (isGreatest ? value > output[row] : value < output[row]) { output[row] = value }
                }
            }
            propagateNulls(call, into: result)
            return result
        }
    }

    private static func booleans(_ isGreatest: Bool) -> Kernel {
        { call in
            let result = call.makeResult()
            for index in 0..<call.wordCount {
                result.bits[index] = call.arguments.reduce(isGreatest ? 0 : .max) { word, argument in
                    isGreatest ? word | bitWord(argument, index) : word & bitWord(argument, index)
                }
            }
            propagateNulls(call, into: result)
            return result
        }
    }

    private static func texts(_ isGreatest: Bool) -> Kernel {
        { call in
            let result = call.makeResult()
            for argument in call.arguments { result.adoptOwners(of: argument.column) }
            let arguments = call.arguments
            forEachValid(call, into: result) { row in
                var best = UnsafePointer(arguments[0].column.text + (row & arguments[0].rowMask))
                for argument in arguments.dropFirst() {
                    let next = UnsafePointer(argument.column.text + (row & argument.rowMask))
                    let order = TextView.compare(next, best)
                    if isGreatest ? order > 0 : order < 0 { best = next }
                }
                result.text[row] = best.pointee
                return true
            }
            return result
        }
    }
}
