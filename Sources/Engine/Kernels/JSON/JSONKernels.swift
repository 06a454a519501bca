import Columnar
import StreamSQL

/// Functions that read JSON documents.
enum JSONKernels {
    /// Where the path of a row comes from.
    enum Path: Sendable {
        case constant(JSONPath)
        /// The operand at this index; a text that is no path makes an error of the function's kind.
        case column(Int)

        fileprivate func lookup(_ call: KernelCall) -> (Int) -> JSONPath? {
            switch self {
            case .constant(let path): return { _ in path }
            case .column(let index):
                let memory = call.remembered { CompiledTexts<Compiled<JSONPath>>() }
                let texts = TextOperand(call[index])
                return { row in memory.value(texts[row]) { Compiled(value: try? JSONPath($0)) }.value }
            }
        }
    }

    /// What happens where there is nothing, or an error: the letters of ``ScalarFunction/jsonValue``.
    struct Behaviours: Sendable {
        let onEmpty: UInt8
        let onError: UInt8

        init?(_ letters: [UInt8]) {
            guard letters.count >= 2 else { return nil }
            (onEmpty, onError) = (letters[letters.count - 2], letters[letters.count - 1])
        }
    }

    /// What a search means for a function: a value, nothing, or an error.
    private enum Outcome {
        case value(Range<Int>)
        case list([Range<Int>])
        case empty, error
    }

    private static func outcome(_ path: JSONPath?, _ text: JSONDocument) -> (Outcome, isLax: Bool) {
        guard let path else { return (.error, false) }
        switch JSONPathSearch.find(path, in: text) {
        case .badDocument: return (path.isLax ? .empty : .error, path.isLax)
        case .nullDocument: return (.error, path.isLax)
        case .missing: return (path.isLax ? .empty : .error, path.isLax)
        case .value(let place): return (text.isNull(place.lowerBound) ? .empty : .value(place), path.isLax)
        case .list(let places): return (.list(places), path.isLax)
        }
    }

    private static func bit(_ isTrue: Bool, _ row: Int, _ result: Column) {
        result.bits[row >> 6] |= UInt64(unsafeBitCast(isTrue, to: UInt8.self)) << UInt64(row & 63)
    }

    /// The rows where the operands before `count` are there; the result is NULL in the others.
    private static func forEachRow(
        _ call: KernelCall, _ count: Int, into result: Column, _ body: (Int) throws(EvaluationError) -> Bool
    ) throws(EvaluationError) {
        for row in 0..<call.rowCount {
            var isValid = true
            for index in 0..<count where !call[index].column.isValid(row & call[index].rowMask) { isValid = false }
            guard isValid, try body(row) else {
                result.setNull(row)
                continue
            }
        }
    }

    // MARK: JSON_EXISTS and IS JSON

    /// JSON_EXISTS(document, path); the letter tells what an error is: T, F, U(nknown) or E(rror).
    static func exists(_ path: Path, onError: UInt8) -> Kernel {
        { call throws(EvaluationError) in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let paths = path.lookup(call)
            try forEachRow(call, 2, into: result) { (row) throws(EvaluationError) in
                switch outcome(paths(row), JSONDocument(texts[row])).0 {
                case .value, .list: bit(true, row, result)
                case .empty: break
                case .error:
                    switch onError {
                    case UInt8(ascii: "T"): bit(true, row, result)
                    case UInt8(ascii: "U"): return false
                    case UInt8(ascii: "E"): throw failure("JSON_EXISTS", row, isEmpty: false)
                    default: break
                    }
                }
                return true
            }
            return result
        }
    }

    private static func failure(_ name: String, _ row: Int, isEmpty: Bool) -> EvaluationError {
        EvaluationError(
            row: row,
            isEmpty
                ? "\(name) found nothing, and its clause ON EMPTY says ERROR"
                : "\(name) can't read the document or the path is not in it, and its clause ON ERROR says ERROR",
            hint: "NULL ON \(isEmpty ? "EMPTY" : "ERROR") gives NULL instead")
    }

    /// IS JSON of a kind: V(alue), S(calar), A(rray) or O(bject). FALSE for NULL.
    static func test(_ kind: UInt8) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let argument = call[0]
            fillBits(result.bits, rowCount: call.rowCount) { row in
                guard argument.column.isValid(row & argument.rowMask) else { return false }
                let text = JSONDocument(texts[row])
                guard let start = text.root()?.lowerBound else { return false }
                switch kind {
                case UInt8(ascii: "S"): return !text.isContainer(start)
                case UInt8(ascii: "A"): return text.isArray(start)
                case UInt8(ascii: "O"): return text.isObject(start)
                default: return true
                }
            }
            return result
        }
    }

    // MARK: JSON_VALUE

    /// JSON_VALUE(document, path, letters, value for nothing, value for an error) of the result's type.
    static func value(_ path: Path, _ behaviours: Behaviours) -> Kernel {
        { call throws(EvaluationError) in
            let result = call.makeResult()
            let heap = ByteHeap()
            let texts = TextOperand(call[0])
            let paths = path.lookup(call)
            for index in [3, 4] where result.kind == .text { result.adoptOwners(of: call[index].column) }
            try forEachRow(call, 2, into: result) { (row) throws(EvaluationError) in
                let text = JSONDocument(texts[row])
                let (outcome, isLax) = outcome(paths(row), text)
                var isEmpty = false
                switch outcome {
                case .value(let place):
                    if text.isContainer(place.lowerBound) {
                        isEmpty = isLax
                    } else if store(place, text, row, heap, result) {
                        return true
                    }
                case .list: isEmpty = isLax
                case .empty: isEmpty = true
                case .error: break
                }
                switch isEmpty ? behaviours.onEmpty : behaviours.onError {
                case UInt8(ascii: "D"): return copy(call[isEmpty ? 3 : 4], row, result)
                case UInt8(ascii: "E"): throw failure("JSON_VALUE", row, isEmpty: isEmpty)
                default: return false
                }
            }
            if heap.allocatedBytes > 0 { result.owners.append(heap) }
            return result
        }
    }

    /// Writes a scalar as the result's type; false when it has another.
    private static func store(
        _ place: Range<Int>, _ text: JSONDocument, _ row: Int, _ heap: ByteHeap, _ result: Column
    ) -> Bool {
        let first = text.bytes[place.lowerBound]
        let isNumber = first == 0x2D || first &- 0x30 < 10
        let bytes = text.bytes.part(place.lowerBound, place.count)
        switch result.kind {
        case .text:
            var made: [UInt8] = []
            if first == 0x22 {
                text.appendText(place, to: &made)
            } else if isNumber {
                JSONNumber.append(bytes, to: &made)
            } else {
                made.append(bytes)
            }
            result.text[row] = heap.add(made)
        case .bits:
            guard first == 0x74 || first == 0x66 else { return false }
            bit(first == 0x74, row, result)
        case .int64:
            guard isNumber, JSONNumber.isWhole(bytes), let value = NumberParsing.integer(bytes.start, bytes.count),
                result.type.logical.wrapped(value) == value
            else { return false }
            result.int64[row] = value
        case .float64:
            guard isNumber, let value = NumberParsing.double(bytes.start, bytes.count) else { return false }
            // There is no negative zero in documents.
            result.float64[row] = value + 0
        case .int128: return false
        }
        return true
    }

    private static func copy(_ argument: KernelArgument, _ row: Int, _ result: Column) -> Bool {
        let column = argument.column
        let place = row & argument.rowMask
        guard column.isValid(place), column.kind == result.kind else { return false }
        switch result.kind {
        case .text: result.text[row] = column.text[place]
        case .bits: bit(column.bit(place), row, result)
        case .int64: result.int64[row] = column.int64[place]
        case .float64: result.float64[row] = column.float64[place]
        case .int128: result.int128[row] = column.int128[place]
        }
        return true
    }

    // MARK: JSON_QUERY

    /// JSON_QUERY(document, path): the value as JSON. The wrapper is W(ithout), C(onditional) or U(nconditional); the
    /// other letters are N(ull), E(rror), A(rray) and O(bject).
    static func query(_ path: Path, wrapper: UInt8, _ behaviours: Behaviours) -> Kernel {
        { call throws(EvaluationError) in
            let result = call.makeResult()
            let heap = ByteHeap()
            let texts = TextOperand(call[0])
            let paths = path.lookup(call)
            var bytes: [UInt8] = []
            try forEachRow(call, 2, into: result) { (row) throws(EvaluationError) in
                let text = JSONDocument(texts[row])
                let (outcome, isLax) = outcome(paths(row), text)
                bytes.removeAll(keepingCapacity: true)
                var isEmpty = isLax
                switch outcome {
                case .value(let place):
                    let isWrapped =
                        wrapper == UInt8(ascii: "U")
                        || wrapper == UInt8(ascii: "C") && !text.isArray(place.lowerBound)
                    if isWrapped || text.isContainer(place.lowerBound) {
                        write([place], text, isList: isWrapped, &bytes)
                    }
                case .list(let places):
                    if wrapper == UInt8(ascii: "U") { bytes.append(0x5B) }
                    write(places, text, isList: true, &bytes)
                    if wrapper == UInt8(ascii: "U") { bytes.append(0x5D) }
                case .empty: isEmpty = true
                case .error: isEmpty = false
                }
                if !bytes.isEmpty {
                    guard bytes.count <= longestMadeText else { return false }
                    result.text[row] = heap.add(bytes)
                    return true
                }
                switch isEmpty ? behaviours.onEmpty : behaviours.onError {
                case UInt8(ascii: "A"): result.text[row] = heap.add("[]")
                case UInt8(ascii: "O"): result.text[row] = heap.add("{}")
                case UInt8(ascii: "E"): throw failure("JSON_QUERY", row, isEmpty: isEmpty)
                default: return false
                }
                return true
            }
            if heap.allocatedBytes > 0 { result.owners.append(heap) }
            return result
        }
    }

    /// JSON_QUERY returning ARRAY<STRING>: texts as their characters, numbers and words as they stand, what is nested as
    /// JSON. A value that is no array is an error.
    static func queryArray(_ path: Path, wrapper: UInt8, _ behaviours: Behaviours) -> Kernel {
        let query = query(path, wrapper: wrapper, behaviours)
        return { call throws(EvaluationError) in
            let inner = KernelCall()
            inner.prepare(
                call.arguments, rowCount: call.rowCount, type: DataType(.string), context: call.context, reusable: nil)
            let found = try query(inner)
            let texts = TextOperand(KernelArgument(column: found, isConstant: false))
            var failed = -1
            let result = makeNested(call) { row, bytes in
                guard found.isValid(row) else { return false }
                let text = JSONDocument(texts[row])
                guard let root = text.root(), text.isArray(root.lowerBound) else {
                    if behaviours.onError == UInt8(ascii: "E") { failed = row }
                    guard behaviours.onError == UInt8(ascii: "A") else { return false }
                    NestedWriter.appendArray([], .text, to: &bytes)
                    return true
                }
                appendArray(root, text, &bytes)
                return true
            }
            if failed >= 0 { throw failure("JSON_QUERY", failed, isEmpty: false) }
            return result
        }
    }

    private static func appendArray(_ array: Range<Int>, _ text: JSONDocument, _ bytes: inout [UInt8]) {
        var parts: [UInt8] = []
        var ends: [Int] = []
        text.forEachElement(of: array.lowerBound) { place in
            if text.isNull(place.lowerBound) {
                ends.append(-1)
                return true
            }
            if text.isText(place.lowerBound) {
                text.appendText(place, to: &parts)
            } else {
                JSONWriter.append(place, of: text, to: &parts)
            }
            ends.append(parts.count)
            return true
        }
        parts.append(0)
        parts.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var start = 0
            let items = ends.map { end in
                guard end >= 0 else { return NestedItem.null }
                defer { start = end }
                return NestedItem(base + start, count: end - start)
            }
            NestedWriter.appendArray(items, .text, to: &bytes)
        }
    }

    private static func write(_ places: [Range<Int>], _ text: JSONDocument, isList: Bool, _ bytes: inout [UInt8]) {
        if isList { bytes.append(0x5B) }
        for (index, place) in places.enumerated() {
            if index > 0 { bytes.append(0x2C) }
            JSONWriter.append(place, of: text, to: &bytes)
        }
        if isList { bytes.append(0x5D) }
    }

    // MARK: Quotes

    /// JSON_QUOTE: a text as a JSON text in ASCII.
    static let quote = EncodingKernels.rewrite { text, bytes in
        bytes.append(0x22)
        for unit in text.string.utf16 {
            switch unit {
            case 0x22, 0x5C, 0x2F: bytes += [0x5C, UInt8(truncatingIfNeeded: unit)]
            case 0x08: bytes += [0x5C, 0x62]
            case 0x0C: bytes += [0x5C, 0x66]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x80...:
                let digits = String(unit, radix: 16)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
            default: bytes.append(UInt8(truncatingIfNeeded: unit))
            }
        }
        bytes.append(0x22)
        return true
    }

    /// JSON_UNQUOTE: the characters of a JSON text; any other text stays as it is.
    static let unquote = EncodingKernels.rewrite { text, bytes in
        let document = JSONDocument(text)
        if text.count >= 2, text[0] == 0x22, document.end(ofValueAt: 0) == text.count {
            document.appendText(0..<text.count, to: &bytes)
        } else {
            bytes.append(text)
        }
        return true
    }
}
