import Columnar

/// TRANSLATE(text, from, to): each character of `from` becomes the one at its place in `to`, or is left out.
enum TranslateKernel {
    static let translate: Kernel = { call throws(EvaluationError) in
        guard call[1].isConstant, call[2].isConstant, call[1].column.isValid(0), call[2].column.isValid(0),
            let table = ByteTable(from: TextOperand(call[1])[0], to: TextOperand(call[2])[0])
        else { return try anyCharacters(call) }
        let texts = TextOperand(call[0])
        return writeTexts(call) { row, writer in
            let text = texts[row]
            return writer.add(upTo: text.count) { table.translate(text, to: $0) }
        }
    }

    /// What becomes of each byte, where all characters named are ASCII: the bytes of others are above them and stay.
    private struct ByteTable {
        /// Above 255 for those that are left out.
        private let targets: [UInt16]
        private static let omitted: UInt16 = 256

        init?(from: TextBytes, to: TextBytes) {
            guard from.isASCII, to.isASCII else { return nil }
            var targets = (0..<256).map { UInt16($0) }
            // The first place of a character counts.
            for index in stride(from: from.count - 1, through: 0, by: -1) {
                targets[Int(from[index])] = index < to.count ? UInt16(to[index]) : Self.omitted
            }
            self.targets = targets
        }

        @inline(__always)
        func translate(_ text: TextBytes, to target: UnsafeMutablePointer<UInt8>) -> Int {
            targets.withUnsafeBufferPointer { targets in
                var count = 0
                for index in 0..<text.count {
                    let byte = targets[Int(text[index])]
                    target[count] = UInt8(truncatingIfNeeded: byte)
                    count &+= byte < ByteTable.omitted ? 1 : 0
                }
                return count
            }
        }
    }

    private static let anyCharacters: Kernel = { call in
        let texts = TextOperand(call[0])
        let froms = TextOperand(call[1])
        let tos = TextOperand(call[2])
        let memory = call.remembered { CompiledTexts<[UnicodeScalar]>() }
        var bytes: [UInt8] = []
        return makeTexts(call) { row, heap in
            let from = memory.value(froms[row]) { Array(String(decoding: $0, as: UTF8.self).unicodeScalars) }
            let to = Array(tos[row].string.unicodeScalars)
            bytes.removeAll(keepingCapacity: true)
            for scalar in texts[row].string.unicodeScalars {
                if let index = from.firstIndex(of: scalar) {
                    if index < to.count { bytes.append(to[index]) }
                } else {
                    bytes.append(scalar)
                }
            }
            return heap.add(bytes)
        }
    }
}
