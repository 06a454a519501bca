import ConnectorContract

/// Reads stored bytes that nobody vouches for: every input gives an answer or an error, never a trap.
enum CheckpointInspection {
    static func manifest(_ bytes: [UInt8]) throws {
        let manifest = try Manifest(decoding: bytes)
        // Checksums hide nearly everything from random bytes: what passes must also be what we would have written.
        guard manifest.encoded() == bytes else { throw Manifest.Refusal.damaged("written in another order") }
    }

    static func blob(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            guard buffer.count >= BlobLayout.headerBytes + BlobLayout.footerBytes else {
                throw DamagedBytesError(what: "blob cut short", offset: buffer.count)
            }
            let footerStart = buffer.count - BlobLayout.footerBytes
            let footer = try BlobLayout.Footer(
                UnsafeRawBufferPointer(rebasing: buffer[footerStart...]), length: UInt64(buffer.count))
            let tableStart = Int(footer.tableOffset)
            let (_, entries) = try BlobLayout.entries(
                header: UnsafeRawBufferPointer(rebasing: buffer[..<BlobLayout.headerBytes]),
                table: UnsafeRawBufferPointer(rebasing: buffer[tableStart..<footerStart]), footer: footer)
            for entry in entries {
                let start = Int(entry.section.offset)
                let body = UnsafeRawBufferPointer(rebasing: buffer[start..<(start + Int(entry.section.length))])
                guard Checksum.of(body) == entry.section.checksum else {
                    throw DamagedBytesError(what: "the checksum of a section is wrong", offset: start)
                }
                if entry.fold == .keyed { try keyedEntries(body) }
            }
        }
    }

    /// Any bytes as the body of a manifest, with the right checksums around them, so that they get past those.
    static func sealedManifest(body: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        Manifest.magic.withUnsafeBytes { writer.writeRaw($0) }
        writer.write(Manifest.version)
        writer.write(Checksum.of(writer.bytes))
        body.withUnsafeBytes { writer.writeRaw($0) }
        let length = UInt64(writer.bytes.count)
        let checksum = Checksum.of(writer.bytes)
        writer.write(length)
        writer.write(checksum)
        Manifest.endMagic.withUnsafeBytes { writer.writeRaw($0) }
        return writer.bytes
    }

    /// Any bytes as the table of a blob without sections, with the right checksum around them.
    static func sealedBlob(table: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        let header = BlobLayout.header(number: 1, epoch: 1)
        header.withUnsafeBytes { writer.writeRaw($0) }
        table.withUnsafeBytes { writer.writeRaw($0) }
        let checksum = Checksum.of(writer.bytes)
        writer.write(UInt64(header.count))
        writer.write(UInt32(truncatingIfNeeded: table.count))
        writer.write(checksum)
        BlobLayout.endMagic.withUnsafeBytes { writer.writeRaw($0) }
        return writer.bytes
    }

    /// Walks entries the way folding does, and the way operators do; both must agree.
    static func keyedEntries(_ body: UnsafeRawBufferPointer) throws {
        var ends = 0
        while let entry = KeyedEntryBounds(in: body, at: ends) { ends = entry.end }
        guard ends == body.count else { throw DamagedBytesError(what: "an entry cut short", offset: ends) }
        try KeyedEntries.forEach(in: body) { _, _ in }
    }
}
