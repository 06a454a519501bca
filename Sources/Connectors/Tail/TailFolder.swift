import Diagnostics

/// Finds the files one reader has to follow, and knows where those seen before stood.
struct TailFolder {
    private let pattern: PathPattern
    private let environment: Environment
    private let share: (index: Int, count: Int)
    private let startsAtEnd: Bool
    /// Where files stood that are not being followed: restored ones, and those let go.
    private var marks: [FilePlace: TailMark]
    private var marksInOrder: [FilePlace] = []
    private var isFirst = true
    private var nextSplit = 0
    /// Paths whose failure to open has been reported.
    private var failing: Set<String> = []
    /// Paths that the last scan could not look at.
    private var unlisted: Set<String> = []
    private(set) var followed: [TailedFile] = []

    /// Marks of files let go that are remembered.
    private static let rememberedMarks = 256

    /// A file that could not be opened or listed.
    struct Failure {
        var path: String
        var error: FileSystemError
    }

    init(pattern: PathPattern, environment: Environment, share: (Int, Int), startsAtEnd: Bool, marks: [TailMark]) {
        self.pattern = pattern
        self.environment = environment
        self.share = share
        self.startsAtEnd = startsAtEnd
        self.marks = Dictionary(marks.map { ($0.place, $0) }) { $1.offset > $0.offset ? $1 : $0 }
    }

    /// Marks of files that exist and could not be opened yet; they belong to the position.
    private(set) var unopenedMarks: [TailMark] = []

    /// Looks for new, renamed and vanished files; gives failures not told before.
    mutating func scan() -> [Failure] {
        var failures: [Failure] = []
        let now = environment.clock.monotonicNanoseconds()
        let listing = pattern.search(in: environment.files)
        for error in listing.failures { note(error, at: error.path, in: &failures) }
        let unlisted = Set(listing.failures.map(\.path))
        failing.subtract(self.unlisted.subtracting(unlisted))
        self.unlisted = unlisted
        // What a rotation packed has been read before.
        let found = listing.files.filter { isMine(FilePlace($0.status)) && !PathPattern.isCompressed($0.path) }
        var seen: Set<FilePlace> = []
        let byPlace = Dictionary(followed.map { ($0.place, $0) }) { first, _ in first }
        for (path, status) in found {
            let place = FilePlace(status)
            guard seen.insert(place).inserted else { continue }
            if let known = byPlace[place] {
                known.path = path
                known.goneSince = nil
                known.wake(status)
            } else {
                admit(path, status, onlyMarked: false, now: now, failures: &failures)
            }
        }
        if isFirst {
            searchSiblings(now: now, failures: &failures)
            // Restored files that are nowhere are gone; those that can't be opened or looked for are kept in mind.
            marks = marks.filter { seen.contains($0.key) || listing.hides($0.value.path) }
            unopenedMarks = Array(marks.values)
            isFirst = false
        }
        for file in followed
        where !seen.contains(file.place) && file.goneSince == nil && !listing.hides(file.path) {
            file.goneSince = now
            file.isDormant = false
        }
        return failures
    }

    private func isMine(_ place: FilePlace) -> Bool { place.owner(among: share.count) == share.index }

    /// A file rotated while nobody looked has left the pattern, but mostly not its directory.
    private mutating func searchSiblings(now: UInt64, failures: inout [Failure]) {
        var directories = Set(marks.values.map { PathPattern.directory(of: $0.path) })
        directories.insert(PathPattern.directory(of: pattern.path))
        for directory in directories.sorted() where !marks.isEmpty {
            guard let status = try? environment.files.status(directory), status.kind == .directory else { continue }
            let names = (try? environment.files.list(directory)) ?? []
            for name in names {
                let path = PathPattern.join(directory, name)
                guard let status = try? environment.files.status(path), status.kind == .regular,
                    marks[FilePlace(status)] != nil
                else { continue }
                admit(path, status, onlyMarked: true, now: now, failures: &failures)
            }
        }
    }

    private mutating func admit(
        _ path: String, _ status: FileStatus, onlyMarked: Bool, now: UInt64, failures: inout [Failure]
    ) {
        guard followed.count < TailSettings.fileLimit else {
            let error = FileSystemError(
                call: "follow", path: path, code: 24, reason: "more than \(TailSettings.fileLimit) files")
            return note(error, at: path, in: &failures)
        }
        do throws(FileSystemError) {
            let file = try environment.files.open(path, .read)
            let status = try file.status()
            let place = FilePlace(status)
            // Renamed between the look and the opening: the next scan sees it right.
            guard isMine(place), !followed.contains(where: { $0.place == place }) else { return }
            let head = try FileHead.read(file)
            let mark = marks[place]
            let fits = mark?.fits(head: head, size: status.sizeBytes) ?? false
            if onlyMarked && !fits { return }
            let feed: LineFeed =
                if let mark, fits { LineFeed(from: mark.offset, skip: mark.skip) } else if startsAtEnd && isFirst {
                    try feedAtEnd(of: file, size: status.sizeBytes)
                } else { LineFeed(from: 0) }
            let tailed = TailedFile(
                split: nextSplit, path: path, file: file, status: status, head: head, feed: feed, now: now)
            if let mark, fits { tailed.rejected = mark.rejected }
            nextSplit += 1
            followed.append(tailed)
            forget(place)
            failing.remove(path)
        } catch {
            note(error, at: path, in: &failures)
        }
    }

    private mutating func forget(_ place: FilePlace) {
        marks[place] = nil
        unopenedMarks.removeAll { $0.place == place }
    }

    /// A place at the end; inside an unfinished line, its rest is not taken for a line.
    private func feedAtEnd(of file: any File, size: Int64) throws(FileSystemError) -> LineFeed {
        guard size > 0 else { return LineFeed(from: 0) }
        var last: UInt8 = 0
        var failure: FileSystemError?
        withUnsafeMutableBytes(of: &last) { buffer in
            do throws(FileSystemError) { _ = try file.read(into: buffer, at: size - 1) } catch { failure = error }
        }
        if let failure { throw failure }
        return LineFeed(from: size, skip: last == 10 ? .nothing : .rest)
    }

    private mutating func note(_ error: FileSystemError, at path: String, in failures: inout [Failure]) {
        guard failing.count < TailSettings.fileLimit, failing.insert(path).inserted else { return }
        failures.append(Failure(path: path, error: error))
    }

    /// Stops following a file, but remembers where it stood in case it comes back under a matching name.
    mutating func letGo(_ file: TailedFile) {
        followed.removeAll { $0 === file }
        marks[file.place] = file.mark
        marksInOrder.append(file.place)
        if marksInOrder.count > Self.rememberedMarks {
            let oldest = marksInOrder.removeFirst()
            if !unopenedMarks.contains(where: { $0.place == oldest }) { marks[oldest] = nil }
        }
    }
}
