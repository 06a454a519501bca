import Diagnostics

/// Merges the sections of a plan a piece at a time, in bounded memory where the fold allows it.
///
/// Appended sections are joined oldest first. Keyed ones are read newest first: an entry counts when its key has not
/// been seen, so only the keys of newer sections are held, never those of the oldest and largest.
struct SectionMerge {
    let plan: FoldPlan
    private let pieceBytes: Int
    private let open: (Section) throws(FileSystemError) -> any File
    /// In reading order, the current one last.
    private var waiting: [Section]
    private var reader: SectionReader?
    private var seen = KeySet()
    /// Read, but not yet a whole entry.
    private var partial: [UInt8] = []
    /// A section as the job handed it over, while its entries are taken from the newest on: where those left begin.
    private var whole: (bytes: [UInt8], starts: [Int], path: String)?

    init(_ plan: FoldPlan, pieceBytes: Int, open: @escaping (Section) throws(FileSystemError) -> any File) {
        self.plan = plan
        self.pieceBytes = pieceBytes
        self.open = open
        waiting = plan.mergesKeys ? plan.inputs : plan.inputs.reversed()
    }

    /// Adds the next piece of the result; gives the bytes read for it, nil when all is done.
    mutating func advance(into output: inout [UInt8]) throws -> Int? {
        if whole != nil { return try takeNewest(into: &output) }
        if reader == nil {
            guard let next = waiting.popLast() else { return nil }
            reader = SectionReader(next, in: try open(next))
        }
        guard var current = reader else { return nil }
        defer { reader = current.remaining == 0 ? nil : current }
        let before = current.remaining
        if !plan.mergesKeys {
            try current.read(upTo: pieceBytes, appendingTo: &output)
        } else if current.section.level == 0 {
            // As handed over by the job: a key may occur again later in it, so all of it is needed at once.
            let bytes = try current.readAll()
            whole = (bytes, try starts(of: bytes, current), current.file.path)
            return 0
        } else {
            try current.read(upTo: max(pieceBytes, partial.count), appendingTo: &partial)
            try mergeUnique(of: current, into: &output)
        }
        return Int(truncatingIfNeeded: before - current.remaining)
    }

    private func starts(of bytes: [UInt8], _ reader: SectionReader) throws -> [Int] {
        try bytes.withUnsafeBytes { buffer in
            var starts: [Int] = []
            var offset = 0
            while let entry = KeyedEntryBounds(in: buffer, at: offset) {
                starts.append(offset)
                offset = entry.end
            }
            guard offset == buffer.count else { throw malformed(reader.file.path) }
            return starts
        }
    }

    /// A piece of the entries of ``whole``; gives the bytes they take there.
    private mutating func takeNewest(into output: inout [UInt8]) throws -> Int {
        guard var section = whole else { return 0 }
        // Leaves the list with one owner, so that it is not copied.
        whole = nil
        var starts: [Int] = []
        swap(&starts, &section.starts)
        let (bytes, path) = (section.bytes, section.path)
        var taken = 0
        try bytes.withUnsafeBytes { buffer in
            while taken < pieceBytes, let start = starts.popLast() {
                guard let entry = KeyedEntryBounds(in: buffer, at: start) else { throw malformed(path) }
                taken += entry.end - start
                guard seen.insert(UnsafeRawBufferPointer(rebasing: buffer[entry.key])) else { continue }
                emit(buffer, start, entry, to: &output)
            }
        }
        if !starts.isEmpty { whole = (bytes, starts, path) }
        return taken
    }

    /// Takes the whole entries out of `partial`; what is left is the beginning of one.
    private mutating func mergeUnique(of reader: SectionReader, into output: inout [UInt8]) throws {
        let isOldest = waiting.isEmpty
        var offset = 0
        let window = partial
        window.withUnsafeBytes { buffer in
            while let entry = KeyedEntryBounds(in: buffer, at: offset) {
                let key = UnsafeRawBufferPointer(rebasing: buffer[entry.key])
                let isNew = isOldest ? !seen.contains(key) : seen.insert(key)
                if isNew { emit(buffer, offset, entry, to: &output) }
                offset = entry.end
            }
        }
        partial = Array(window[offset...])
        if reader.remaining == 0, !partial.isEmpty { throw malformed(reader.file.path) }
    }

    private func emit(
        _ buffer: UnsafeRawBufferPointer, _ start: Int, _ entry: KeyedEntryBounds, to output: inout [UInt8]
    ) {
        if entry.isRemoval, plan.isComplete { return }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start..<entry.end]))
    }

    private func malformed(_ path: String) -> DamagedBlobError {
        DamagedBlobError(path: path, what: "state '\(plan.name)' does not hold keyed entries")
    }
}
