import Diagnostics

/// The one file sequence that every acknowledged change is synced in, whatever partitions it is for.
///
/// Files are filled with zeros ahead of use and used again after a checkpoint: writing over blocks that are there
/// makes a sync a plain write, with nothing for the file system to note. That is why its cost does not depend on the
/// number of partitions.
final class Journal {
    /// A file of the journal; generation 0 for one that holds nothing needed.
    struct JournalFile {
        var name: String
        var generation: UInt64
        var bytes: Int
        var file: any File
    }

    private let directory: String
    private let files: any FileSystem
    private let configuration: LogConfiguration
    private var all: [JournalFile]
    private var current: Int?
    /// The name of the newest file, when reading back came to its end, at ``position``; only a full disk makes use of it.
    private var tail: String?
    private(set) var position: JournalPosition
    /// Bytes written since the last checkpoint.
    var bytesSinceCheckpoint = 0

    /// Continues behind `position` with a new file: what a crash left behind it is never written over halfway.
    init(
        directory: String, files: any FileSystem, configuration: LogConfiguration, found: [JournalFile],
        lastGeneration: UInt64, nextSequence: UInt64
    ) {
        self.directory = directory
        self.files = files
        self.configuration = configuration
        all = found
        position = JournalPosition(generation: lastGeneration, offset: 0, sequence: nextSequence)
    }

    /// Takes over where reading back has ended.
    func resume(sequence: UInt64, tail: JournalTail?) {
        position.sequence = sequence
        guard let tail, index(named: tail.name) != nil else { return }
        position.offset = tail.offset
        self.tail = tail.name
    }

    /// Writes every file over itself and syncs it, which takes no room. A sync alone would not do: after one that failed,
    /// the kernel takes what it holds in memory for written. Acknowledged rounds are among the bytes; they are written
    /// as they are, so a loss of power meanwhile changes nothing on a disk whose sectors are old or new, never neither.
    func rewriteAll() throws(FileSystemError) {
        for file in all {
            guard let bytes = try file.file.bytes(file.bytes, at: 0) else { continue }
            try file.file.write(bytes, at: 0)
            try file.file.sync()
        }
    }

    /// Makes sure that a round of `bytes` can be written without asking the disk for more. Rounds that carry data
    /// leave a reserve for those that only remove.
    func reserve(_ bytes: Int, isData: Bool) throws(FileSystemError) {
        let wanted = bytes + (isData ? configuration.journalReserveBytes : 0)
        if let current {
            if position.offset + wanted <= all[current].bytes { return }
            if position.offset + wanted <= configuration.journalFileBytes {
                try extend(current, to: position.offset + wanted)
                return
            }
        }
        do throws(FileSystemError) {
            try beginFile(holding: wanted)
        } catch {
            guard error.isDiskFull, !isData, goOnInTail(holding: bytes) else { throw error }
        }
    }

    /// Goes on in the reserve of the file of the process before: on a full disk there is no other place for what removes.
    ///
    /// A round that a crash tore may lie there. It has the sequence and the start of the first round that is written over
    /// it, so whatever is left of it is never taken for a later one.
    private func goOnInTail(holding bytes: Int) -> Bool {
        guard current == nil, let tail, let index = index(named: tail),
            position.offset + bytes <= all[index].bytes
        else { return false }
        current = index
        return true
    }

    /// A file of the newest generation; not one that counts as free.
    private func index(named name: String) -> Int? {
        all.firstIndex { $0.name == name && $0.generation > 0 && $0.generation == position.generation }
    }

    private func beginFile(holding bytes: Int) throws(FileSystemError) {
        let free = all.indices.filter { all[$0].generation == 0 }.max { all[$0].bytes < all[$1].bytes }
        let index: Int
        if let free {
            index = free
        } else {
            let name = freeName()
            let file = try files.open("\(directory)/\(name)", .create)
            try files.syncDirectory(directory)
            all.append(JournalFile(name: name, generation: 0, bytes: 0, file: file))
            index = all.count - 1
        }
        if all[index].bytes < bytes { try extend(index, to: bytes) }
        position.generation += 1
        position.offset = 0
        all[index].generation = position.generation
        current = index
    }

    private func freeName() -> String {
        let taken = Set(all.map(\.name))
        var number = 0
        while taken.contains("journal-\(number)") { number += 1 }
        return "journal-\(number)"
    }

    /// Writes zeros up to at least `bytes`, in steps.
    private func extend(_ index: Int, to bytes: Int) throws(FileSystemError) {
        let step = max(RoundHeader.blockBytes, configuration.journalStepBytes)
        let target = max(min((bytes + step - 1) / step * step, configuration.journalFileBytes), bytes)
        let zeros = [UInt8](repeating: 0, count: min(1 << 20, target - all[index].bytes))
        while all[index].bytes < target {
            let count = min(zeros.count, target - all[index].bytes)
            try all[index].file.write(Array(zeros.prefix(count)), at: all[index].bytes)
            all[index].bytes += count
        }
    }

    /// Writes a round at the current position and syncs it. After a failure the journal is of no use any more.
    func write(_ round: UnsafeRawBufferPointer) throws(FileSystemError) {
        guard let current else { return }
        try all[current].file.write(round, at: Int64(position.offset))
        try all[current].file.sync()
        position.offset += round.count
        position.sequence += 1
        bytesSinceCheckpoint += round.count
    }

    /// Frees the files older than `generation`, and removes those that are more than a checkpoint interval needs.
    func recycle(before generation: UInt64) {
        for index in all.indices where all[index].generation < generation && index != current {
            all[index].generation = 0
        }
        let kept = max(2, 4 * configuration.checkpointBytes / max(1, configuration.journalFileBytes))
        var surplus = all.indices.filter { all[$0].generation == 0 }
        guard surplus.count > kept else { return }
        surplus.removeFirst(kept)
        for index in surplus.reversed() where (try? files.remove("\(directory)/\(all[index].name)")) != nil {
            all.remove(at: index)
            if let current, current > index { self.current = current - 1 }
        }
    }
}
