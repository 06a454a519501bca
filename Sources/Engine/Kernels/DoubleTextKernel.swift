import Columnar

/// CAST of DOUBLE to a text: 64 rows at a time where they have plain decimals of up to 15 digits, else row by row. Both
/// ways write the same texts, for there is one shortest decimal only.
enum DoubleTextKernel {
    static let kernel: Kernel = { call in
        let result = call.makeResult()
        propagateNulls(call, into: result)
        let values = UnsafePointer(call[0].column.float64)
        let texts = result.text
        var writer = TextWriter()
        var row = 0
        if !call[0].isConstant {
            let block = call.remembered { DecimalBlock() }
            while row &+ DecimalBlock.rowCount <= call.rowCount {
                let unwritten = block.write(values + row, to: texts + row, &writer)
                writeRows(unwritten, values + row, to: texts + row, &writer)
                row &+= DecimalBlock.rowCount
            }
        }
        let mask = call[0].rowMask
        while row < call.rowCount {
            let value = values[row & mask]
            texts[row] = writer.add(upTo: NumberText.longest) { FloatText.write(value, to: $0) }
            row &+= 1
        }
        if result.mayHaveNulls {
            for row in 0..<call.rowCount where !result.isValid(row) { result.setNull(row) }
        }
        if writer.heap.allocatedBytes > 0 { result.owners.append(writer.heap) }
        return result
    }

    /// Writes those rows of a block whose bits are set.
    @inline(__always)
    private static func writeRows(
        _ rows: UInt64, _ values: UnsafePointer<Double>, to texts: UnsafeMutablePointer<TextView>,
        _ writer: inout TextWriter
    ) {
        var rest = rows
        while rest != 0 {
            let row = rest.trailingZeroBitCount
            texts[row] = writer.add(upTo: NumberText.longest) { FloatText.writeAny(values[row], to: $0) }
            rest &= rest &- 1
        }
    }
}
