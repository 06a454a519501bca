import FuzzSupport

private let drivers = [
    DecoderDriver(format: "debezium-json", options: [:]),
    DecoderDriver(format: "debezium-json", options: ["debezium-json.schema-include": "true"]),
    DecoderDriver(format: "canal-json", options: ["canal-json.database.include": "d(a|b)*[0-9]?"]),
    DecoderDriver(format: "maxwell-json", options: ["maxwell-json.ignore-parse-errors": "true"]),
    DecoderDriver(format: "ogg-json", options: [:]),
]

/// The first byte chooses the format, the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChangelogDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let choice = input.first else { return 0 }
    drivers[Int(choice) % drivers.count].run(UnsafeRawBufferPointer(rebasing: input.dropFirst()))
    return 0
}
