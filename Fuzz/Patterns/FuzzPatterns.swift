import FuzzSupport
import RegularExpressions

/// Up to the first line end a pattern, behind it a text. What is found without an automaton is what the automaton finds
/// by the same pattern behind an empty group, which is no simple pattern.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPatterns(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = Array(UnsafeRawBufferPointer(start: bytes, count: count))
    guard let end = input.firstIndex(of: UInt8(ascii: "\n")), end <= 80 else { return 0 }
    let pattern = Array(input[..<end])
    let text = Array(input[(end + 1)...])
    compare(RegularExpression(pattern), RegularExpression(Array("(?:)".utf8) + pattern), text)
    if let translated = try? JavaPattern(pattern).bytes {
        compare(RegularExpression(translated), RegularExpression(Array("(?:)".utf8) + translated), text)
    }
    return 0
}

private func compare(_ own: RegularExpression?, _ plain: RegularExpression?, _ text: [UInt8]) {
    // `*` behind a group repeats it, and by itself is a mistake.
    guard let own, let plain else { return }
    guard own.groupCount == plain.groupCount else { finding("an empty group adds groups") }
    for groups in 0...min(own.groupCount + 1, 5) {
        for from in Set([0, text.count / 2, text.count]).sorted() {
            let first = places(of: own, in: text, from: from, groups: groups)
            let second = places(of: plain, in: text, from: from, groups: groups)
            guard first == second else {
                finding("from \(from) with \(groups): \(String(describing: first)) not \(String(describing: second))")
            }
        }
    }
}

/// Begin and end of a match and its groups, or nil.
private func places(of expression: RegularExpression, in text: [UInt8], from: Int, groups: Int) -> [Int64]? {
    var found = [Int64](repeating: -2, count: 2 * groups + 2)
    // One byte more, for an empty text has a place too.
    let isFound = (text + [0]).withUnsafeBufferPointer { buffer in
        found.withUnsafeMutableBufferPointer { places in
            guard let base = buffer.baseAddress, let first = places.baseAddress else { return false }
            return expression.find(in: base, count: text.count, from: from, places: first, groups: groups)
        }
    }
    guard found.suffix(2) == [-2, -2] else { finding("wrote behind the places") }
    return isFound ? found : nil
}
