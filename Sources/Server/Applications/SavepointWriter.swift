import Checkpoints
import ConnectorContract
package import Diagnostics

/// `millrace savepoint`: copies the state of an application's jobs, while they run or when they have stopped.
package enum SavepointWriter {
    /// Writes one directory for each job below `target`; gives a line for each.
    ///
    /// `data` is the data directory of `millrace up`. Throws `no_savepoint` where the application has no state there.
    package static func write(
        data: String, application: String, to target: String, environment: Environment = Environment()
    ) throws -> [String] {
        let files = environment.files
        let directory = data + "/" + application
        var jobs: [String] = []
        if try files.status(directory)?.kind == .directory {
            for name in try files.list(directory).sorted() where name.hasPrefix(application + "-") {
                if try files.status(directory + "/" + name)?.kind == .directory { jobs.append(name) }
            }
        }
        guard !jobs.isEmpty else {
            throw MillraceError(
                .user, code: "no_savepoint", "\(directory) holds no state of an application",
                hint: "give the directory that `millrace up --data` was given, and the application's name")
        }
        return try jobs.map { job in
            let savepoint = try Savepoint(
                reading: directory + "/" + job, files: files, formatVersion: Application.stateFormatVersion)
            try savepoint.write(to: target + "/" + job, files: files)
            return "\(job): epoch \(savepoint.epoch.epoch) in \(target)/\(job)"
        }
    }
}
