import Diagnostics
import KafkaProtocol

extension LogCore {
    /// Opens a directory: the newest whole manifest, then what the journal says since.
    static func open(
        directory: String, environment: Environment, configuration: LogConfiguration, catalog: Catalog
    ) throws(LogError) -> (core: LogCore, report: RecoveryReport) {
        do throws(FileSystemError) {
            try environment.files.createDirectory("\(directory)/topics")
            try syncParents(of: directory, environment.files)
            let scan = try JournalScan(directory: directory, files: environment.files)
            var report = RecoveryReport()
            var found = try manifest(in: directory, files: environment.files, report: &report)
            if found == nil { found = try newLog(in: directory, environment: environment, scan: scan) }
            guard let manifest = found else {
                throw FileSystemError(
                    call: "open", path: directory, code: 0,
                    reason: "it holds a log, but neither of its two manifests is whole")
            }
            let journal = Journal(
                directory: directory, files: environment.files, configuration: configuration,
                found: scan.found.map {
                    Journal.JournalFile(name: $0.name, generation: $0.generation, bytes: $0.bytes, file: $0.file)
                }, lastGeneration: max(scan.lastGeneration, manifest.journal.generation), nextSequence: 0)
            let core = LogCore(
                directory: directory, environment: environment, configuration: configuration, catalog: catalog,
                journal: journal, manifest: manifest)
            let replay = JournalReplay(core: core, scan: scan, report: report)
            let result = Result { () throws(LogError) in try replay.run(from: manifest) }
            try result.mapError { FileSystemError(call: "open", path: directory, code: 0, reason: "\($0)") }.get()
            try core.secure(replay.report)
            try core.removeUnnamedFiles()
            return (core, replay.report)
        } catch {
            throw .unusable("the log in \(directory) cannot be opened: \(error)")
        }
    }

    /// Makes the directory itself durable: a log in a folder that a crash takes away is of no use.
    private static func syncParents(of directory: String, _ files: any FileSystem) throws(FileSystemError) {
        try files.syncDirectory(directory)
        var path = directory[...]
        while let slash = path.lastIndex(of: "/") {
            path = path[..<slash]
            do throws(FileSystemError) {
                try files.syncDirectory(path.isEmpty ? "/" : String(path))
            } catch {
                // Folders further up may belong to others, and were there before.
                guard error.isDenied else { throw error }
            }
        }
        if !directory.hasPrefix("/") { try files.syncDirectory(".") }
    }

    /// Makes durable what was read back, before anybody sees it: it may have been in memory only, and after a sync
    /// that failed the kernel would not write it any more. The segments were written anew, so a checkpoint does it.
    private func secure(_ report: RecoveryReport) throws(FileSystemError) {
        guard report != RecoveryReport() else { return }
        do throws(LogError) {
            try checkpoint()
        } catch {
            // Where nothing fits, the journal has it all.
            guard error == .diskFull else {
                throw FileSystemError(call: "checkpoint", path: directory, code: 0, reason: "\(error)")
            }
            try journal.rewriteAll()
        }
    }

    /// Removes the files that nobody names. Only once what was read back is durable: a journal round that replaced
    /// segments or deleted a topic may have been in memory only, and a crash that takes it needs the files of before.
    private func removeUnnamedFiles() throws(FileSystemError) {
        for partition in partitions.values.sorted(by: { $0.directory < $1.directory }) {
            let names = Set(partition.segments.map(\.summary.name).flatMap { ["\($0).log", "\($0).index"] })
            for name in try files.list(partition.directory) where !names.contains(name) {
                try files.remove("\(partition.directory)/\(name)")
                partition.isDirectoryDirty = true
            }
        }
        let known = Set(topics.keys.map { "\($0)" })
        for name in try files.list("\(directory)/topics") where !known.contains(name) {
            if let number = UInt32(name) { removeFiles(ofTopic: number) }
        }
    }

    private static func manifest(
        in directory: String, files: any FileSystem, report: inout RecoveryReport
    ) throws(FileSystemError) -> Manifest? {
        var best: Manifest?
        var broken: [(path: String, error: StateError)] = []
        for number in UInt64(0)...1 {
            let path = "\(directory)/\(Manifest.fileName(number))"
            guard try files.status(path) != nil else { continue }
            let file = try files.open(path, .read)
            let bytes = try file.bytes(Int(try file.status().sizeBytes), at: 0) ?? []
            do throws(StateError) {
                let manifest = try Manifest(decoding: bytes)
                if manifest.number >= best?.number ?? 0 { best = manifest }
            } catch {
                if !bytes.isEmpty { broken.append((path, error)) }
            }
        }
        // A crash in the middle of writing a manifest leaves one like this, too: it is worth a line, no more.
        for (path, error) in broken where best != nil {
            report.damages.append(.init(kind: .manifest, file: path, what: error.what))
        }
        return best
    }

    /// Makes a new log where nothing is yet. Nil when there is something.
    private static func newLog(
        in directory: String, environment: Environment, scan: JournalScan
    ) throws(FileSystemError) -> Manifest? {
        guard scan.found.isEmpty, try environment.files.list("\(directory)/topics").isEmpty else { return nil }
        let manifest = Manifest(number: 0, journal: JournalPosition(generation: 0, offset: 0, sequence: 1))
        try store(manifest, in: directory, environment.files)
        return manifest
    }
}
