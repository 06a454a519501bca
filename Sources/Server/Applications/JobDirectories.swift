import Checkpoints
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL

/// Finds the directory of each job's state: by the job's name, which comes from its file or from `pipeline.name`, so that
/// files and statements can come, go and change places.
///
/// A job without a directory takes over one that belongs to no job, when that wrote to a table of its own: so are found
/// those that were numbered by versions before, and those of a file that has another name now. One that a person
/// has renamed is left alone.
struct JobDirectories {
    /// What is known of a job before it is made.
    struct Job {
        var file: String
        var plan: PhysicalPlan
        /// Also the name of its directory.
        var id = ""
        /// Names in its epochs that are its own too.
        var formerNames: [String] = []
        /// The savepoint that it begins with where it has no state of its own.
        var savepoint: String?
        /// Words for people about where its state was found.
        var notes: [String] = []
    }

    let application: String
    /// The application's data.
    let directory: String
    let files: any FileSystem

    /// The jobs with their ids, and their directories where they belong; notes that belong to none of them.
    func placed(_ planned: [Job]) throws -> (jobs: [Job], notes: [String]) {
        var jobs = named(planned)
        var free = try Set(present()).subtracting(jobs.map(\.id)).sorted()
        var sinks: [String: Set<String>] = [:]
        var stored: [String: String] = [:]
        var damaged: [String] = []
        for name in free {
            let found: (job: String, changes: [StateChange])?
            do {
                found = try storedSinks(name)
            } catch {
                damaged.append("the state in \(directory)/\(name) is left alone, whosever it was: \(error)")
                continue
            }
            guard let state = found else { continue }
            stored[name] = state.job
            // What a person has moved away under another name stays there.
            if state.job == name { sinks[name] = (try? StoredSinks.names(state.changes)) ?? [] }
        }
        for (index, name) in try adopted(jobs, from: sinks) {
            try move(name, to: jobs[index].id)
            free.removeAll { $0 == name }
            jobs[index].notes.append("goes on with the state of \(name)")
            jobs[index].formerNames = [name]
        }
        for index in jobs.indices where jobs[index].formerNames.isEmpty {
            // A move that was not followed by an epoch.
            guard let found = try? storedSinks(jobs[index].id), found.job.hasPrefix(application + "-") else { continue }
            jobs[index].formerNames = [found.job]
        }
        let left = free.filter { stored[$0] != nil }
        let unclaimed = left.map { "the state in \(directory)/\($0) belongs to no job of \(application) any more" }
        return (jobs, unclaimed + damaged)
    }

    /// For each job without a directory the free one that shares most tables with it. Of several that share as many it is the
    /// one with the job's number, where versions before numbered them. Throws `ambiguous_state` where that does not
    /// decide: a wrong one would lose rows.
    private func adopted(_ jobs: [Job], from sinks: [String: Set<String>]) throws -> [(job: Int, name: String)] {
        var found: [(job: Int, name: String)] = []
        for index in jobs.indices where try files.status(directory + "/" + jobs[index].id) == nil {
            let own = Self.sinks(of: jobs[index].plan)
            let common = sinks.mapValues { $0.intersection(own).count }.filter { $0.value > 0 }
            let most = common.values.max() ?? 0
            let best = common.filter { $0.value == most }.keys.sorted()
            let numbered = "\(application)-\(index + 1)"
            guard let name = best.contains(numbered) ? numbered : best.first else { continue }
            guard best.count == 1 || name == numbered else {
                throw MillraceError(
                    .user, code: "ambiguous_state",
                    "\(best.joined(separator: " and ")) both hold state that may be of the job \(jobs[index].id)",
                    hint: "rename the right one in \(directory) to \(jobs[index].id)")
            }
            if let other = found.first(where: { $0.name == name }) {
                throw MillraceError(
                    .user, code: "ambiguous_state",
                    "\(name) holds state that may be of the job \(jobs[other.job].id) or \(jobs[index].id)",
                    hint: "rename it in \(directory) to the one that shall have it")
            }
            found.append((index, name))
        }
        return found
    }

    /// Directories that look like a job's.
    private func present() throws -> [String] {
        guard try files.status(directory)?.kind == .directory else { return [] }
        return try files.list(directory).filter { name in
            guard name.hasPrefix(application + "-") else { return false }
            return try files.status(directory + "/" + name)?.kind == .directory
        }
    }

    /// What the newest epoch of a directory that can be read tells of its tables; nil where there is no epoch.
    private func storedSinks(_ name: String) throws -> (job: String, changes: [StateChange])? {
        try Savepoint.state(StoredSinks.stateName, of: directory + "/" + name, files: files)
    }

    /// Refuses while another process has the directory.
    private func move(_ name: String, to id: String) throws {
        let path = directory + "/" + name
        _ = try FileCheckpointStore(
            directory: path, files: files, identity: JobIdentity(name: name, planHash: 0, formatVersion: 0))
        try files.rename(path, to: directory + "/" + id)
        try files.syncDirectory(directory)
    }

    // MARK: names

    private func named(_ planned: [Job]) -> [Job] {
        var jobs = planned
        var used: Set<String> = []
        for index in jobs.indices {
            let stem = Self.stem(of: jobs[index].file)
            let isAlone = planned.filter { $0.file == jobs[index].file }.count == 1
            let sink = Self.sinks(of: jobs[index].plan).min() ?? ""
            var name = jobs[index].plan.jobName ?? (isAlone ? stem : "\(stem)-\(sink)")
            // A number alone would be the name of another job of a version before.
            if name.allSatisfy({ $0.isASCII && $0.isNumber }) { name += "-" + sink }
            let base = application + "-" + Self.plain(name)
            var id = base
            var number = 2
            while !used.insert(id).inserted {
                id = "\(base)-\(number)"
                number += 1
            }
            jobs[index].id = id
        }
        return jobs
    }

    static func stem(of file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        return last.hasSuffix(".sql") ? String(last.dropLast(4)) : last
    }

    /// What can stand in a path and in an address.
    private static func plain(_ name: String) -> String {
        String(name.prefix(100).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "_" })
    }

    private static func sinks(of plan: PhysicalPlan) -> Set<String> {
        Set(
            plan.nodes.compactMap { node in
                guard case .sink(let sink) = node.operation, case .table(let table) = sink.target else { return nil }
                return table.name
            })
    }
}
