import Digests
import Testing

@testable import KafkaProtocol

/// SCRAM and PLAIN as values.
@Suite struct ScramTests {
    private let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    private let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private let challenge =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    private let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p="

    private func credential(_ mechanism: ScramMechanism) -> ScramCredential {
        ScramCredential(
            mechanism: mechanism, password: "pencil", salt: Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==") ?? [],
            iterations: 4_096)
    }

    /// The exchange of RFC 7677, and the same one with the longer hash.
    @Test(arguments: [
        (
            ScramMechanism.sha256, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        ),
        (
            ScramMechanism.sha512,
            "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
            "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="
        ),
    ])
    func theExchangeIsThatOfTheStandard(mechanism: ScramMechanism, proof: String, signature: String) {
        let known = credential(mechanism)
        var exchange = ScramExchange(mechanism)
        var asked: [String] = []
        let step = exchange.step(Array(first.utf8), nonce: nonce) { user in
            asked.append(user)
            return known
        }
        #expect(step == .challenge(Array(challenge.utf8)) && asked == ["user"])
        var client = ScramClient(mechanism, user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(client.firstMessage == Array(first.utf8))
        #expect(client.lastMessage(answering: Array(challenge.utf8)) == Array((last + proof).utf8))
        #expect(
            exchange.step(Array((last + proof).utf8), nonce: "") { _ in known }
                == .success(Array("v=\(signature)".utf8), user: "user"))
        #expect(client.accepts(Array("v=\(signature)".utf8)))
        #expect(!client.accepts(Array("v=\(proof)".utf8)))
        // It is over: the same message a second time is no proof.
        if case .failure = exchange.step(Array((last + proof).utf8), nonce: "", credential: { _ in known }) {
        } else {
            Issue.record("an exchange that is over went on")
        }
    }

    /// librdkafka 2.0 sends its half of the nonce twice.
    @Test func aDoubledNonceIsTaken() throws {
        let known = credential(.sha256)
        var exchange = ScramExchange(.sha256)
        _ = exchange.step(Array(first.utf8), nonce: nonce) { _ in known }
        let open = "c=biws,r=rOprNGfwEbeRWgbNEkqOrOprNGfwEbeRWgbNEkqO\(nonce)"
        let salted = ScramMechanism.sha256.saltedPassword(
            Array("pencil".utf8), salt: known.salt, iterations: known.iterations)
        let clientKey = ScramMechanism.sha256.authenticate("Client Key", key: salted)
        let signed = "\(first.dropFirst(3)),\(challenge),\(open)"
        let signature = ScramMechanism.sha256.authenticate(signed, key: known.storedKey)
        let proof = Base64.encode(zip(clientKey, signature).map { $0 ^ $1 })
        guard case .success = exchange.step(Array("\(open),p=\(proof)".utf8), nonce: "", credential: { _ in known })
        else {
            Issue.record("refused")
            return
        }
    }

    @Test func whatIsNotTheExchangeFails() {
        let known = credential(.sha256)
        for wrong in [
            "", "n", "n,,", "p=tls-unique,,n=user,r=abc", "n,a=other,n=user,r=abc", "n,,r=abc,n=user", "n,,n=,r=abc",
            "n,,n=u=ser,r=abc", "n,,m=x,n=user,r=abc", "n,,n=user,r=", "n,,n=user,r=abc,tokenauth=true",
        ] {
            var exchange = ScramExchange(.sha256)
            guard case .failure = exchange.step(Array(wrong.utf8), nonce: nonce, credential: { _ in known }) else {
                Issue.record("'\(wrong)' was taken for a first message")
                continue
            }
        }
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        let wrongNonce = "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=\(proof)"
        for wrong in [
            "", last, last + "AAAA", last + proof.replacing("d", with: "e"), "c=eSws" + last.dropFirst(6) + proof,
            wrongNonce, String((last + proof).dropFirst(2)), last + proof + ",x=y",
        ] {
            var exchange = ScramExchange(.sha256)
            _ = exchange.step(Array(first.utf8), nonce: nonce) { _ in known }
            guard case .failure = exchange.step(Array(wrong.utf8), nonce: nonce, credential: { _ in known }) else {
                Issue.record("'\(wrong)' was taken for a proof")
                continue
            }
        }
    }

    @Test func everyBeginningOfAMessageIsHarmless() {
        let known = credential(.sha256)
        let whole = Array((last + "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").utf8)
        for count in 0..<whole.count {
            var exchange = ScramExchange(.sha256)
            _ = exchange.step(Array(first.utf8.prefix(count)), nonce: nonce) { _ in known }
            exchange = ScramExchange(.sha256)
            _ = exchange.step(Array(first.utf8), nonce: nonce) { _ in known }
            if case .success = exchange.step(Array(whole[..<count]), nonce: nonce, credential: { _ in known }) {
                Issue.record("\(count) bytes of a proof were enough")
            }
        }
    }

    @Test func namesKeepTheirCommas() {
        for name in ["plain", "a,b", "a=b", ",=,", "=2C"] {
            #expect(ScramMessage.name(from: ScramMessage.escaped(name)[...]) == name)
        }
    }

    @Test func sessionsKeepTheirOrder() {
        let known = credential(.sha256)
        var session = SaslSession()
        #expect(session.token([0], nonce: nonce) { _, _ in known } == nil)
        // What came too early spoils the connection.
        #expect(session.handshake("PLAIN", version: 1, isPrivate: true) == .illegalSaslState)
        session = SaslSession()
        #expect(session.handshake("GSSAPI", version: 1, isPrivate: true) == .unsupportedSaslMechanism)
        #expect(session.handshake("PLAIN", version: 1, isPrivate: false) == .unsupportedSaslMechanism)
        #expect(session.handshake("PLAIN", version: 0, isPrivate: true) == .none)
        #expect(session.awaitsRawToken)
        let step = session.token(Array("\u{0}user\u{0}pencil".utf8), nonce: nonce) { _, _ in known }
        #expect(step == .check(user: "user", password: "pencil"))
        #expect(session.user == nil && !session.awaitsRawToken)
        session.checked(user: "user")
        #expect(session.user == "user")
        #expect(known.matches(password: "pencil") && !known.matches(password: "pencils"))
        var other = SaslSession()
        _ = other.handshake("PLAIN", version: 1, isPrivate: true)
        for wrong in ["user\u{0}pencil", "admin\u{0}user\u{0}pencil", "\u{0}\u{0}x", "\u{0}x\u{0}", ""] {
            var copy = other
            guard case .failure = copy.token(Array(wrong.utf8), nonce: nonce, credential: { _, _ in known }) else {
                Issue.record("'\(wrong)' was taken for a user and a password")
                continue
            }
            copy.checked(user: "user")
            #expect(copy.user == nil)
        }
    }
}
