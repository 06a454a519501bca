import FuzzSupport

/// The columns of the driver, as variables of a log.
private let layout = "$name $code [$ts] \"$raw\" $flag $tiny $small $count|$total|$ratio|$rate|$fee|$day|$at|$ltz;"
private let strict = DecoderDriver(format: "nginx", options: ["nginx.log-format": layout])
private let lenient = DecoderDriver(
    format: "nginx", options: ["nginx.log-format": layout, "nginx.ignore-parse-errors": "true"])

/// The first byte chooses the options, the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNginxDecoder(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let choice = input.first else { return 0 }
    (choice % 2 == 0 ? strict : lenient).run(UnsafeRawBufferPointer(rebasing: input.dropFirst()))
    return 0
}
