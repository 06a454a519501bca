import Diagnostics

/// An application folder on a disk in memory: each path's folders are made, then its text is there, synced.
package func place(
    _ files: [String: String], on disk: FaultyFileSystem = FaultyFileSystem()
) throws -> FaultyFileSystem {
    var folders: Set<String> = []
    for (path, text) in files {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += folder.isEmpty ? String(part) : "/" + part
            if folders.insert(folder).inserted { try disk.createDirectory(folder) }
        }
        try disk.place(Array(text.utf8), at: path)
    }
    return disk
}
