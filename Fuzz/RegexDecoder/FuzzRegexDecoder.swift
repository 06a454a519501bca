import FuzzSupport

private let fields = "name code raw flag tiny small count total ratio rate fee day at ts ltz"
private let pattern = fields.split(separator: " ").map { "(?<\($0)>[^,]*)" }.joined(separator: ",")

/// The bytes are a file of lines.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRegexDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let driver = DecoderDriver(format: "regex", options: ["regex.pattern": pattern])
    driver.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
