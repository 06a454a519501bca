import FuzzSupport

private let driver = DecoderDriver(format: "avro", options: [:])

/// The bytes are a container file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAvroDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    driver.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
