import FuzzSupport
import KafkaProtocol

/// The first byte chooses what the rest is: a whole frame, the body of the request and version that two more bytes
/// choose, or the messages of a login.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKafkaRequests(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    guard input.count >= 3 else { return 0 }
    let rest = Array(input.dropFirst(3))
    switch input[0] % 3 {
    case 0: frame(rest)
    case 1:
        let apis = API.allCases
        let api = apis[Int(input[1]) % apis.count]
        let versions = Array(api.advertised)
        body(api.request, rest, versions[Int(input[2]) % versions.count])
    default: login(rest, input[1])
    }
    return 0
}

private func frame(_ bytes: [UInt8]) {
    guard let (header, start) = try? RequestHeader.read(bytes), let api = header.api, api.serves(header.version) else {
        return
    }
    if start > bytes.count { finding("a body behind the end of its frame") }
    body(api.request, Array(bytes[start...]), header.version)
}

/// What can be read can be written, and reads the same again.
private func body<Message: Request>(_ type: Message.Type, _ bytes: [UInt8], _ version: Int16) {
    guard let message = try? Message.read(bytes, body: 0, version: version) else { return }
    guard let once = written(message, version), let again = try? Message.read(once, body: 0, version: version),
        let twice = written(again, version)
    else { finding("a request of \(Message.api) that was read cannot be written and read again") }
    if once != twice { finding("a request of \(Message.api) that is read otherwise the second time") }
}

private func written<Message: Request>(_ message: Message, _ version: Int16) -> [UInt8]? {
    var coder = MessageCoder(version: version, isFlexible: Message.api.isFlexible(version))
    var message = message
    guard (try? coder.structure(&message)) != nil else { return nil }
    return coder.output
}

private func login(_ bytes: [UInt8], _ choice: UInt8) {
    let credential = ScramCredential(
        mechanism: .sha256, salt: [1, 2, 3], iterations: 4_096, storedKey: Array(repeating: 7, count: 32),
        serverKey: Array(repeating: 9, count: 32))
    var session = SaslSession()
    let mechanism = choice % 2 == 0 ? "PLAIN" : "SCRAM-SHA-256"
    _ = session.handshake(mechanism, version: Int16(choice % 3), isPrivate: true)
    // Messages by zero bytes for SCRAM; PLAIN has zero bytes inside of its one.
    let messages = choice % 2 == 0 ? [bytes] : bytes.split(separator: 0).map(Array.init)
    for message in messages {
        switch session.token(message, nonce: "nonce", credential: { _, _ in credential }) {
        case .success: finding("a login without the password")
        default: if session.user != nil { finding("a user without a login") }
        }
    }
}
