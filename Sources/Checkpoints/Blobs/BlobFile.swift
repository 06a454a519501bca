import ConnectorContract
import Diagnostics

/// An open blob whose length, header and table are what its manifest says.
struct BlobFile {
    let summary: BlobSummary
    private let file: any File

    init(checking summary: BlobSummary, path: String, files: any FileSystem) throws {
        self.summary = summary
        file = try files.open(path, .read)
        do {
            try check(size: try file.status().sizeBytes)
        } catch let error as DamagedBytesError {
            throw DamagedBlobError(path: path, what: error.what)
        }
    }

    private func check(size: Int64) throws {
        let ends = UInt64(BlobLayout.headerBytes + BlobLayout.footerBytes)
        guard size >= 0, UInt64(size) == summary.length, summary.length >= ends else {
            throw DamagedBytesError(what: "the blob has \(size) bytes instead of \(summary.length)", offset: 0)
        }
        let header = try bytes(at: 0, count: BlobLayout.headerBytes)
        let footerBytes = try bytes(
            at: summary.length - UInt64(BlobLayout.footerBytes), count: BlobLayout.footerBytes)
        let footer = try footerBytes.withUnsafeBytes { try BlobLayout.Footer($0, length: summary.length) }
        guard footer.checksum == summary.checksum else {
            throw DamagedBytesError(what: "this is another blob of the same name", offset: 0)
        }
        let table = try bytes(at: footer.tableOffset, count: Int(footer.tableLength))
        let found = try header.withUnsafeBytes { header in
            try table.withUnsafeBytes { table in
                try BlobLayout.entries(header: header, table: table, footer: footer).number
            }
        }
        guard found == summary.number else {
            throw DamagedBytesError(what: "the blob says it is number \(found)", offset: 0)
        }
    }

    /// The bytes of a section, checked. The manifest has been checked to keep sections inside their blobs.
    func read(_ section: Section) throws -> [UInt8] {
        var reader = SectionReader(section, in: file)
        return try reader.readAll()
    }

    private func bytes(at offset: UInt64, count: Int) throws -> [UInt8] {
        guard let bytes = try file.read(count: count, at: Int64(offset)) else {
            throw DamagedBytesError(what: "the blob is cut short", offset: 0)
        }
        return bytes
    }
}
