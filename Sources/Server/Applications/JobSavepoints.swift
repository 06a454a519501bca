import Checkpoints
import ConnectorContract
import Diagnostics

/// Savepoints of an application's jobs, in its data: `savepoints/JOB-EPOCH`.
struct JobSavepoints {
    /// The application's data.
    let directory: String
    let files: any FileSystem

    private static let folder = "savepoints"

    static func unknown(_ id: String) -> MillraceError {
        MillraceError(.user, code: "unknown_job", "there is no job '\(id)'", hint: "SHOW JOBS lists them")
    }

    /// Copies the newest stored epoch of a job; gives the directory. One of an epoch that was copied before is there
    /// already; one of the same number from another life of the job, which went back to an older savepoint, is moved aside.
    func write(of id: String) throws -> String {
        let savepoint = try Savepoint(
            reading: directory + "/" + id, files: files, formatVersion: Application.stateFormatVersion)
        let path = "\(directory)/\(Self.folder)/\(id)-\(savepoint.epoch.epoch)"
        if try files.status(path) != nil {
            let present = try? Savepoint(reading: path, files: files, formatVersion: Application.stateFormatVersion)
            if present?.epoch.states == savepoint.epoch.states { return path }
            try files.rename(path, to: unused(path + ".before"))
        }
        // A crash leaves what is not whole under another name.
        let unfinished = try unused(path + ".unfinished")
        try files.createDirectory(directory + "/" + Self.folder)
        try savepoint.write(to: unfinished, files: files)
        try files.rename(unfinished, to: path)
        try files.syncDirectory(directory + "/" + Self.folder)
        try files.syncDirectory(directory)
        return path
    }

    private func unused(_ path: String) throws -> String {
        var number = 0
        while try files.status("\(path)\(number)") != nil { number += 1 }
        return "\(path)\(number)"
    }

    // MARK: beginning with one

    /// Finds the savepoint of each job in a folder: the folder JOB or the newest JOB-EPOCH in it; of the only job the folder
    /// itself. Throws `no_savepoint` where there is none of any job.
    func choose(from folder: String, for jobs: inout [JobDirectories.Job]) throws {
        guard try files.status(folder)?.kind == .directory else { throw Self.none(folder) }
        let names = try files.list(folder)
        let isOne = jobs.count == 1 && holdsEpochs(folder)
        for index in jobs.indices {
            let id = jobs[index].id
            let newest = names.compactMap { name in
                name.hasPrefix(id + "-") ? Int(name.dropFirst(id.count + 1)) : nil
            }.max()
            if isOne {
                jobs[index].savepoint = folder
            } else if names.contains(id) {
                jobs[index].savepoint = folder + "/" + id
            } else if let newest {
                jobs[index].savepoint = "\(folder)/\(id)-\(newest)"
            }
            guard let chosen = jobs[index].savepoint else {
                jobs[index].notes.append("\(folder) has no savepoint of it")
                continue
            }
            let isOwn = holdsEpochs(directory + "/" + id)
            jobs[index].notes.append(
                isOwn
                    ? "goes on with its own state and not with \(chosen); move \(directory)/\(id) away to begin with that"
                    : "begins with \(chosen)")
        }
        guard jobs.isEmpty || jobs.contains(where: { $0.savepoint != nil }) else { throw Self.none(folder) }
    }

    private func holdsEpochs(_ path: String) -> Bool {
        (try? Savepoint.state("", of: path, files: files)) != nil
    }

    private static func none(_ folder: String) -> MillraceError {
        MillraceError(
            .user, code: "no_savepoint", "\(folder) holds no savepoint of these jobs",
            hint: "give the folder that `millrace savepoint` or STOP JOB wrote")
    }
}
