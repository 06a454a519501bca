import Columnar

/// CAST of DOUBLE and FLOAT to a text, 64 rows at a time: plain decimals of up to 15 digits in one way, any number of
/// digits in another, and the few that are left row by row. All ways write the same texts, for there is one shortest
/// decimal only.
enum DoubleTextKernel {
    static let doubles: Kernel = { call in
        write(call, { call.remembered { Blocks(isFloat: false) } }, one: { FloatText.writeAny($0, to: $1) })
    }

    static let floats: Kernel = { call in
        write(call, { call.remembered { Blocks(isFloat: true) } }, one: { FloatText.write(Float($0), to: $1) })
    }

    /// What the kernel keeps between batches.
    private final class Blocks {
        let plain: DecimalBlock?
        let any: ShortestBlock

        init(isFloat: Bool) {
            plain = isFloat ? nil : DecimalBlock()
            any = ShortestBlock(isFloat: isFloat)
        }

        /// Gives bits of the rows that are still to be written.
        @inline(__always)
        func write(
            _ values: UnsafePointer<Double>, to texts: UnsafeMutablePointer<TextView>, _ writer: inout TextWriter
        ) -> UInt64 {
            let unwritten = plain?.write(values, to: texts, &writer) ?? .max
            return unwritten == .max ? any.write(values, to: texts, &writer) : unwritten
        }
    }

    @inline(__always)
    private static func write(
        _ call: KernelCall, _ remembered: () -> Blocks, one: (Double, UnsafeMutablePointer<UInt8>) -> Int
    ) -> Column {
        let result = call.makeResult()
        propagateNulls(call, into: result)
        let values = UnsafePointer(call[0].column.float64)
        let texts = result.text
        var writer = TextWriter()
        var row = 0
        if !call[0].isConstant, call.rowCount >= ShortestBlock.rowCount {
            let blocks = remembered()
            while row &+ ShortestBlock.rowCount <= call.rowCount {
                var rest = blocks.write(values + row, to: texts + row, &writer)
                while rest != 0 {
                    let index = row &+ rest.trailingZeroBitCount
                    texts[index] = writer.add(upTo: NumberText.longest) { one(values[index], $0) }
                    rest &= rest &- 1
                }
                row &+= ShortestBlock.rowCount
            }
        }
        let mask = call[0].rowMask
        while row < call.rowCount {
            let value = values[row & mask]
            texts[row] = writer.add(upTo: NumberText.longest) { one(value, $0) }
            row &+= 1
        }
        if result.mayHaveNulls {
            for row in 0..<call.rowCount where !result.isValid(row) { result.setNull(row) }
        }
        if writer.heap.allocatedBytes > 0 { result.owners.append(writer.heap) }
        return result
    }
}
