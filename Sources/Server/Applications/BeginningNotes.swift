import Diagnostics
import Scripts
import Synchronization

/// What is told of the state that a job begins with: where it was found, and what became of it. It is told once, however
/// often the job has to be made.
final class BeginningNotes: Sendable {
    private let id: String
    private let held: Mutex<[String]>

    init(id: String, lines: [String]) {
        self.id = id
        held = Mutex(lines)
        for line in lines { tell(line) }
    }

    var lines: [String] { held.withLock { $0 } }

    /// Takes what an attempt to begin tells. The next one may find state that this one has fitted already, and nothing to
    /// tell.
    func add(_ lines: [String]) {
        let new = held.withLock { held in
            let new = lines.filter { !held.contains($0) }
            held += new
            return new
        }
        for line in new { tell(line) }
    }

    private func tell(_ line: String) { StandardError.write("job \(id): \(line)\n") }
}
