import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization
import Testing

@testable import Broker

/// Passwords are looked at in turn; nobody waits for strangers' wrong ones.
struct PasswordDeskTests {
    /// Keeps nothing.
    private struct NoStore: StateStore {
        func put(_ entries: [StateEntry], done: @escaping @Sendable (ErrorCode) -> Void) { done(.none) }
        func load(_ visit: (StateEntry) throws -> Void) throws {}
    }

    private final class Verdicts: Sendable {
        private let list = Mutex<[String]>([])
        func note(_ name: String, _ verdict: PasswordDesk.Verdict) { list.withLock { $0.append("\(name) \(verdict)") } }
        var all: [String] { list.withLock { $0 } }
        func wait(for count: Int) {
            let clock = SystemClock()
            let limit = clock.monotonicNanoseconds() + 120_000_000_000
            while all.count < count, clock.monotonicNanoseconds() < limit { clock.sleep(nanoseconds: 1_000_000) }
        }
    }

    private func control() -> AccessControl {
        let control = AccessControl(store: NoStore(), superUsers: [], random: SystemRandomSource())
        let credential = ScramCredential(
            mechanism: .sha256, password: "pencil", salt: Array(repeating: 7, count: 24), iterations: 4_096)
        control.set(credential, .sha256, of: "ann") { _ in }
        return control
    }

    /// Keeps the desk's thread busy until the point is raised.
    private func held(_ desk: PasswordDesk) -> WaitPoint {
        let (isHeld, gate) = (WaitPoint(), WaitPoint())
        desk.look(at: "wrong", of: "ann", from: "gate") { _ in
            isHeld.raise()
            gate.wait()
        }
        isHeld.wait()
        return gate
    }

    @Test func aChangedPasswordIsNotRemembered() {
        let control = control()
        #expect(control.check(user: "ann", password: "pencil"))
        #expect(control.remembers(user: "ann", password: "pencil"))
        control.set(nil, .sha256, of: "ann") { _ in }
        #expect(!control.remembers(user: "ann", password: "pencil"))
        #expect(!control.check(user: "ann", password: "pencil"))
    }

    @Test func aPasswordThatWasRightWaitsForNobody() {
        let control = control()
        let desk = PasswordDesk(control: control)
        let verdicts = Verdicts()
        desk.look(at: "pencil", of: "ann", from: "a") { verdicts.note("first", $0) }
        verdicts.wait(for: 1)
        for number in 0..<8 {
            desk.look(at: "wrong", of: "ann", from: "b") { verdicts.note("wrong\(number)", $0) }
        }
        // At once, on the calling thread.
        let before = Mutex(false)
        desk.look(at: "pencil", of: "ann", from: "b") { verdict in before.withLock { $0 = verdict == .right } }
        #expect(before.withLock { $0 })
        verdicts.wait(for: 9)
        #expect(verdicts.all.filter { $0.hasSuffix("wrong") }.count == 8)
        #expect(verdicts.all.first == "first right")
        desk.stop()
    }

    @Test func addressesTakeTurns() {
        let desk = PasswordDesk(control: control())
        let verdicts = Verdicts()
        let gate = held(desk)
        for number in 0..<20 { desk.look(at: "wrong", of: "ann", from: "many") { verdicts.note("many\(number)", $0) } }
        desk.look(at: "pencil", of: "ann", from: "one") { verdicts.note("one", $0) }
        gate.raise()
        verdicts.wait(for: 21)
        let place = verdicts.all.firstIndex(of: "one right")
        #expect(place.map { $0 < 20 } ?? false, "\(verdicts.all)")
        desk.stop()
    }

    @Test func waitingIsBoundedAndDroppedWithTheConnection() {
        let desk = PasswordDesk(control: control())
        let verdicts = Verdicts()
        let gate = held(desk)
        for number in 0..<(PasswordDesk.hostLimit + 40) {
            desk.look(at: "wrong", of: "ann", from: "a", connection: 5) { verdicts.note("\(number)", $0) }
        }
        #expect(verdicts.all.filter { $0.hasSuffix("busy") }.count == 40)
        desk.closed(5)
        #expect(desk.waitingCount == 0)
        gate.raise()
        desk.look(at: "pencil", of: "ann", from: "a", connection: 6) { verdicts.note("after", $0) }
        let clock = SystemClock()
        let limit = clock.monotonicNanoseconds() + 120_000_000_000
        while !verdicts.all.contains("after right"), clock.monotonicNanoseconds() < limit {
            clock.sleep(nanoseconds: 1_000_000)
        }
        #expect(verdicts.all.contains("after right"))
        desk.stop()
    }

    @Test func unknownUsersLookLikeKnownOnes() {
        let control = control()
        for mechanism in ScramMechanism.allCases {
            let (one, again) = (
                control.credential(mechanism, of: "nobody"), control.credential(mechanism, of: "nobody")
            )
            #expect(one == again && one.salt != control.credential(mechanism, of: "other").salt)
        }
        let (known, unknown) = (control.credential(.sha256, of: "ann"), control.credential(.sha256, of: "nobody"))
        #expect(known.salt.count == unknown.salt.count && known.iterations == unknown.iterations)
    }

    /// The salt of a name that nobody has is the same after a restart, as that of a user is.
    @Test func whatUnknownUsersAreMadeUpFromIsStored() throws {
        struct Store: StateStore {
            let keep: @Sendable ([StateEntry]) -> Void
            func put(_ entries: [StateEntry], done: @escaping @Sendable (ErrorCode) -> Void) {
                keep(entries)
                done(.none)
            }
            func load(_ visit: (StateEntry) throws -> Void) throws {}
        }
        let box = Kept()
        let store = Store { box.add($0) }
        let first = AccessControl(store: store, superUsers: [], random: SystemRandomSource())
        first.storeSecretIfNew()
        let second = AccessControl(store: store, superUsers: [], random: SystemRandomSource())
        for entry in box.all { try second.restore(entry) }
        second.storeSecretIfNew()
        #expect(box.all.count == 1)
        #expect(first.credential(.sha512, of: "x").salt == second.credential(.sha512, of: "x").salt)
    }

    private final class Kept: Sendable {
        private let list = Mutex<[StateEntry]>([])
        func add(_ entries: [StateEntry]) { list.withLock { $0 += entries } }
        var all: [StateEntry] { list.withLock { $0 } }
    }
}
