/// Makes a line that consumers have to reject out of a good one.
///
/// No result has a readable service name; see `RechargeMalformation`.
enum RechargeMalformedLine {
    private static let serviceKey = Array("\"serviceName\":".utf8)
    private static let feeKey = Array("\"chargefee\":".utf8)
    private static let messageKey = Array("\"retMsg\":\"".utf8)

    /// The bad line, newline included. `draw` picks among the forms of a malformation.
    static func make(_ malformation: RechargeMalformation, from line: [UInt8], draw: UInt64) -> [UInt8] {
        guard let service = position(of: serviceKey, in: line) else { return line }
        let value = service + serviceKey.count
        let valueEnd = endOfText(at: value, in: line)
        var bad = line
        switch malformation {
        case .truncatedJSON:
            bad = Array(line.prefix(1 + draw.pick(16, below: service))) + [10]
        case .missingField:
            bad.removeSubrange(service...valueEnd)
        case .mistypedField:
            if draw & 1 == 0 {
                bad.replaceSubrange(value..<valueEnd, with: Array("7".utf8))
            } else {
                wrap(value..<valueEnd, of: &bad)
                if let fee = position(of: feeKey, in: line) {
                    let feeValue = fee + feeKey.count
                    wrap(feeValue..<endOfText(at: feeValue, in: line), of: &bad)
                }
            }
        case .invalidUTF8:
            // A lead byte without its continuation, and a byte that never occurs.
            bad.replaceSubrange((valueEnd - 3)..<(valueEnd - 1), with: [0xC3, 0x28])
            if let message = position(of: messageKey, in: line) { bad[message + messageKey.count] = 0xFF }
        case .oversizedLine:
            bad.replaceSubrange(value..<valueEnd, with: Array("\"oversizedReq\"".utf8))
            if let message = position(of: messageKey, in: line) {
                let padding = [UInt8](repeating: 120, count: RechargeMalformation.oversizedBytes)
                bad.insert(contentsOf: padding, at: message + messageKey.count)
            }
        case .negativeDuration, .unknownProvince, .futureTimestamp: break
        }
        return bad
    }

    /// Replaces a value by an object that holds it; callers go from the back to the front of the line.
    private static func wrap(_ range: Range<Int>, of line: inout [UInt8]) {
        let value = Array(line[range])
        line.replaceSubrange(range, with: Array("{\"value\":".utf8) + value + Array("}".utf8))
    }

    /// Where the text value that starts at `start` ends, its closing quote included.
    private static func endOfText(at start: Int, in line: [UInt8]) -> Int {
        let close = line[(start + 1)...].firstIndex(of: 34) ?? line.count - 1
        return close + 1
    }

    private static func position(of key: [UInt8], in line: [UInt8]) -> Int? {
        guard line.count >= key.count else { return nil }
        return (0...(line.count - key.count)).first { line[$0..<($0 + key.count)].elementsEqual(key) }
    }
}
