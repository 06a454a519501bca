import Diagnostics

/// A folder for the epochs of one run of a benchmark: of this process alone, so that no run goes on where another ended.
///
/// It is locked while the run lives, and removed after it. A run that was killed leaves its folder behind; the next one
/// over the same data removes that, for in a file system in memory it takes the memory that is measured.
final class EpochFolder {
    private static let prefix = "epochs-"
    private static let lockSuffix = ".lock"

    let path: String
    private let lock: any File
    private let environment: Environment

    /// `data` is the folder of the benchmark's data.
    init(in data: String, name: String, environment: Environment) throws {
        try Self.sweep(data, environment)
        var path = ""
        var lock: (any File)?
        while lock == nil {
            path = "\(data)/\(Self.prefix)\(name)-\(environment.random.next())"
            lock = try environment.files.lock(path + Self.lockSuffix)
        }
        guard let lock else { throw MillraceError(.internalError, code: "no_lock", "no lock for \(path)") }
        self.path = path
        self.lock = lock
        self.environment = environment
    }

    func remove() {
        try? BenchmarkJob.remove(path, environment)
        try? environment.files.remove(path + Self.lockSuffix)
    }

    /// Removes the folders of runs that are no more: whose lock can be had.
    private static func sweep(_ data: String, _ environment: Environment) throws {
        for name in try environment.files.list(data) where name.hasPrefix(prefix) && name.hasSuffix(lockSuffix) {
            guard let lock = try environment.files.lock("\(data)/\(name)") else { continue }
            try BenchmarkJob.remove("\(data)/\(name.dropLast(lockSuffix.count))", environment)
            try BenchmarkJob.remove("\(data)/\(name)", environment)
            _ = lock
        }
    }
}
