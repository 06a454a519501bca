import Diagnostics

/// Bytes that could not be kept where they belong, put aside for a person to look at. Nothing reads them again.
struct Quarantine {
    var directory: String
    var files: any FileSystem

    /// Best effort: a disk that cannot take them is no reason to stop.
    func keep(_ bytes: [UInt8], name: String) {
        let folder = "\(directory)/quarantine"
        do {
            try files.createDirectory(folder)
            let file = try files.open("\(folder)/\(name)", .create)
            try file.write(bytes, at: 0)
            try file.sync()
            try files.syncDirectory(folder)
        } catch {}
    }
}
