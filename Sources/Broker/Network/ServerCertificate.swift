package import Diagnostics
import NIOSSL
import Synchronization

/// The certificate and key of a listener, read again when their files change.
package final class ServerCertificate: Sendable {
    /// The files are looked at so often, and only when a client comes.
    private static let lookSeconds: UInt64 = 5

    private struct State {
        var context: NIOSSLContext
        var seen: [FileStatus?]
        var lookedAt: UInt64
    }

    private let certificatePath: String
    private let keyPath: String
    private let clientAuthority: String?
    private let environment: Environment
    private let state: Mutex<State>

    /// Reads the files, which hold PEM. Throws when they cannot be read or do not belong together. With
    /// `clientAuthority` only clients that show a certificate signed by one of its certificates come in.
    package init(
        certificate: String, key: String, clientAuthority: String? = nil, environment: Environment
    ) throws {
        certificatePath = certificate
        keyPath = key
        self.clientAuthority = clientAuthority
        self.environment = environment
        let context = try Self.load(certificate, key, clientAuthority)
        state = Mutex(
            State(
                context: context, seen: Self.look([certificate, key, clientAuthority], environment),
                lookedAt: environment.clock.monotonicNanoseconds()))
    }

    /// What new connections get: the newest pair of files that could be read.
    func context() -> NIOSSLContext {
        state.withLock { state in
            let now = environment.clock.monotonicNanoseconds()
            guard now &- state.lookedAt >= Self.lookSeconds * 1_000_000_000 else { return state.context }
            state.lookedAt = now
            let seen = Self.look([certificatePath, keyPath, clientAuthority], environment)
            if seen != state.seen, let context = try? Self.load(certificatePath, keyPath, clientAuthority) {
                state.context = context
                state.seen = seen
            }
            return state.context
        }
    }

    private static func look(_ paths: [String?], _ environment: Environment) -> [FileStatus?] {
        paths.compactMap { $0 }.map { path in (try? environment.files.status(path)) ?? nil }
    }

    private static func load(
        _ certificate: String, _ key: String, _ clientAuthority: String?
    ) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            if let clientAuthority {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(clientAuthority))
                // Clients have no names to compare.
                configuration.certificateVerification = .noHostnameVerification
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw MillraceError(
                .user, code: "bad_certificate",
                "the certificate \(certificate) and its key \(key)\(clientAuthority.map { ", or \($0)," } ?? "") "
                    + "cannot be used: \(error)",
                hint: "both are PEM files, and the key is the certificate's")
        }
    }
}
