import FuzzSupport

private let strict = DecoderDriver(format: "json", options: ["json.fail-on-missing-field": "true"])
private let lenient = DecoderDriver(format: "json", options: ["json.ignore-parse-errors": "true"])
private let iso = DecoderDriver(format: "json", options: ["json.timestamp-format.standard": "ISO-8601"])

/// The first byte chooses the options and whether the lines are compared with each alone, the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let choice = input.first else { return 0 }
    let driver =
        switch choice % 3 {
        case 0: strict
        case 1: lenient
        default: iso
        }
    let file = UnsafeRawBufferPointer(rebasing: input.dropFirst())
    if choice % 2 == 0 { driver.run(file) } else { driver.runLines(file) }
    return 0
}
