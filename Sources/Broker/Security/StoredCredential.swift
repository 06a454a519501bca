import KafkaProtocol

/// A credential as it is stored.
struct StoredCredential: MessageStructure {
    private var salt: ArraySlice<UInt8> = []
    private var iterations: Int32 = 0
    private var storedKey: ArraySlice<UInt8> = []
    private var serverKey: ArraySlice<UInt8> = []

    init() {}

    init(_ credential: ScramCredential) {
        salt = credential.salt[...]
        iterations = Int32(clamping: credential.iterations)
        storedKey = credential.storedKey[...]
        serverKey = credential.serverKey[...]
    }

    mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.bytes(&salt)
        try coder.number(&iterations)
        try coder.bytes(&storedKey)
        try coder.bytes(&serverKey)
    }

    func credential(_ mechanism: ScramMechanism) -> ScramCredential {
        ScramCredential(
            mechanism: mechanism, salt: Array(salt), iterations: Int(iterations), storedKey: Array(storedKey),
            serverKey: Array(serverKey))
    }
}
