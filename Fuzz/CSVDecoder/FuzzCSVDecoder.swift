import FuzzSupport

private let plain = DecoderDriver(format: "csv", options: [:])
private let lenient = DecoderDriver(
    format: "csv",
    options: ["csv.ignore-parse-errors": "true", "csv.allow-comments": "true", "csv.null-literal": "NULL"])
private let escaped = DecoderDriver(
    format: "csv", options: ["csv.escape-character": "\\", "csv.quote-character": "'", "csv.field-delimiter": ";"])

/// The first byte chooses the options, the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSVDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let choice = input.first else { return 0 }
    let driver =
        switch choice % 3 {
        case 0: plain
        case 1: lenient
        default: escaped
        }
    driver.run(UnsafeRawBufferPointer(rebasing: input.dropFirst()))
    return 0
}
