import ConnectorContract

/// How a blob lies on disk: header, sections one after another, table of the sections, footer.
///
/// Header: magic, u32 version, u32 zero, u64 number, u64 epoch. Table: u32 count, then for each section its state's
/// name, fold and place. Footer: u64 offset of the table, u32 its length, u32 checksum over header and table, end
/// magic. The table comes last because a fold learns its lengths only while it writes.
enum BlobLayout {
    static let version: UInt32 = 1
    static let magic: [UInt8] = Array("MLRBLOB1".utf8)
    static let endMagic: [UInt8] = Array("1BOLBRLM".utf8)
    static let headerBytes = 32
    static let footerBytes = 24

    /// A section as the table of its blob describes it.
    struct Entry: Equatable {
        var name: String
        var fold: StateChange.Fold
        var section: Section
    }

    /// Where the table lies, as the footer says.
    struct Footer: Equatable {
        var tableOffset: UInt64
        var tableLength: UInt32
        var checksum: UInt32

        /// Reads the last ``footerBytes`` of a blob of `length` bytes.
        init(_ bytes: UnsafeRawBufferPointer, length: UInt64) throws(DamagedBytesError) {
            var reader = ByteReader(bytes)
            tableOffset = try reader.read()
            tableLength = try reader.read()
            checksum = try reader.read()
            guard try reader.readRaw(8).elementsEqual(endMagic) else {
                throw DamagedBytesError(what: "the end of a blob is missing", offset: 0)
            }
            let ends = UInt64(headerBytes + footerBytes)
            guard length >= ends, tableOffset >= UInt64(headerBytes), tableOffset <= length - UInt64(footerBytes),
                UInt64(tableLength) == length - UInt64(footerBytes) - tableOffset,
                tableLength <= CheckpointLimits.blobTableBytes
            else { throw DamagedBytesError(what: "the table of a blob lies outside it", offset: 0) }
        }
    }

    static func header(number: UInt64, epoch: UInt64) -> [UInt8] {
        var writer = ByteWriter(reserving: headerBytes)
        magic.withUnsafeBytes { writer.writeRaw($0) }
        writer.write(version)
        writer.write(UInt32(0))
        writer.write(number)
        writer.write(epoch)
        return writer.bytes
    }

    /// The table and the footer that end a blob.
    static func tail(header: [UInt8], entries: [Entry], tableOffset: UInt64) -> (bytes: [UInt8], checksum: UInt32) {
        var writer = ByteWriter(reserving: 64 * entries.count + footerBytes)
        writer.write(UInt32(truncatingIfNeeded: entries.count))
        for entry in entries {
            writer.write(entry.name)
            writer.write(entry.fold.rawValue)
            entry.section.write(to: &writer)
        }
        var checksum = Checksum()
        header.withUnsafeBytes { checksum.update($0) }
        writer.bytes.withUnsafeBytes { checksum.update($0) }
        let tableLength = UInt32(truncatingIfNeeded: writer.bytes.count)
        writer.write(tableOffset)
        writer.write(tableLength)
        writer.write(checksum.value)
        endMagic.withUnsafeBytes { writer.writeRaw($0) }
        return (writer.bytes, checksum.value)
    }

    /// Checks header and table against the footer, and gives the number of the blob and its sections.
    static func entries(
        header: UnsafeRawBufferPointer, table: UnsafeRawBufferPointer, footer: Footer
    ) throws -> (number: UInt64, entries: [Entry]) {
        var checksum = Checksum()
        checksum.update(header)
        checksum.update(table)
        guard checksum.value == footer.checksum else {
            throw DamagedBytesError(what: "the checksum of a blob's table is wrong", offset: 0)
        }
        var reader = ByteReader(header)
        guard try reader.readRaw(8).elementsEqual(magic), try reader.read(UInt32.self) == version else {
            throw DamagedBytesError(what: "not a blob", offset: 0)
        }
        _ = try reader.read(UInt32.self)
        let number = try reader.read(UInt64.self)
        reader = ByteReader(table)
        var entries: [Entry] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readString()
            guard let fold = StateChange.Fold(rawValue: try reader.read(UInt8.self)) else {
                throw DamagedBytesError(what: "an unknown fold", offset: reader.offset)
            }
            let section = try Section(from: &reader)
            guard section.blob == number, section.offset >= UInt64(headerBytes),
                section.offset <= footer.tableOffset, section.length <= footer.tableOffset - section.offset
            else { throw DamagedBytesError(what: "a section outside its blob", offset: reader.offset) }
            entries.append(Entry(name: name, fold: fold, section: section))
        }
        guard reader.remaining == 0 else {
            throw DamagedBytesError(what: "bytes after the table", offset: reader.offset)
        }
        return (number, entries)
    }
}
