import Digests

/// The server's side of SCRAM (RFC 5802) as a value: messages in, messages out.
package struct ScramExchange: Sendable {
    package enum Step: Sendable, Equatable {
        /// To be sent; the client goes on.
        case challenge([UInt8])
        /// To be sent; the client is who it says.
        case success([UInt8], user: String)
        case failure(String)
    }

    private enum State {
        case start
        /// `signed` is the part of what both sides sign that was said so far.
        case challenged(user: String, credential: ScramCredential, nonces: [String], header: String, signed: String)
        case over
    }

    let mechanism: ScramMechanism
    private var state = State.start

    package init(_ mechanism: ScramMechanism) { self.mechanism = mechanism }

    /// Takes the client's next message. `credential` is asked for the user's, which may be an imaginary one; `nonce` is
    /// fresh randomness in printable letters.
    package mutating func step(
        _ token: [UInt8], nonce: String, credential: (String) -> ScramCredential
    ) -> Step {
        guard let text = String(validating: token, as: UTF8.self) else { return fail("a message that is not UTF-8") }
        switch state {
        case .start: return first(text[...], nonce, credential)
        case .challenged(let user, let credential, let nonces, let header, let signed):
            return last(text[...], user, credential, nonces, header, signed)
        case .over: return fail("the exchange is over")
        }
    }

    private mutating func fail(_ reason: String) -> Step {
        state = .over
        return .failure(reason)
    }

    private mutating func first(
        _ text: Substring, _ serverNonce: String, _ credential: (String) -> ScramCredential
    ) -> Step {
        // The header: whether the channel is bound, and for whom the client wants to act.
        let fields = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return fail("the first message is too short") }
        guard fields[0] == "n" || fields[0] == "y" else { return fail("channel binding is not there") }
        guard let message = ScramMessage(fields[2]), let name = message.value("n", at: 0).flatMap(ScramMessage.name),
            !name.isEmpty, let nonce = message.value("r", at: 1), !nonce.isEmpty
        else { return fail("the first message has no user or no nonce") }
        guard message.parts.count == 2 else { return fail("an extension that is not there") }
        guard fields[1].isEmpty || fields[1] == "a=" + ScramMessage.escaped(name) else {
            return fail("nobody may act for another user")
        }
        let known = credential(name)
        let whole = nonce + serverNonce
        let challenge = "r=\(whole),s=\(Base64.encode(known.salt)),i=\(known.iterations)"
        // librdkafka 2.0, which is in Debian's kcat, puts its own half in front once more; the server's half is in it all the same.
        state = .challenged(
            user: name, credential: known, nonces: ["\(whole)", "\(nonce)\(whole)"],
            header: "\(fields[0]),\(fields[1]),",
            signed: "\(fields[2]),\(challenge)")
        return .challenge(Array(challenge.utf8))
    }

    private mutating func last(
        _ text: Substring, _ user: String, _ credential: ScramCredential, _ nonces: [String], _ header: String,
        _ before: String
    ) -> Step {
        guard let message = ScramMessage(text), let binding = message.value("c", at: 0),
            let sentNonce = message.value("r", at: 1), message.parts.last?.name == "p",
            let proof = message.parts.last.flatMap({ Base64.decode($0.value) }),
            let end = text.range(of: ",p=")
        else { return fail("the last message has no proof") }
        guard Base64.decode(binding) == Array(header.utf8), nonces.contains(String(sentNonce)) else {
            return fail("the last message is not of this exchange")
        }
        let signed = "\(before),\(text[..<end])"
        let signature = mechanism.authenticate(signed, key: credential.storedKey)
        guard proof.count == signature.count else { return fail("wrong user or password") }
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard isSameSecret(mechanism.digest(clientKey), credential.storedKey) else {
            return fail("wrong user or password")
        }
        state = .over
        let answer = "v=" + Base64.encode(mechanism.authenticate(signed, key: credential.serverKey))
        return .success(Array(answer.utf8), user: user)
    }
}

extension Substring {
    /// Where a text begins for the last time.
    fileprivate func range(of text: String) -> Index? {
        var place = endIndex
        while place > startIndex {
            place = index(before: place)
            if self[place...].hasPrefix(text) { return place }
        }
        return nil
    }
}
