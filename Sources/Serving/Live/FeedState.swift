/// The content of a dashboard, its recent history, and the frames made from them. A pure value: no clocks, no threads.
package struct FeedState: Sendable {
    /// A panel as frames need it.
    package struct Panel: Sendable {
        package var id: String
        package var isKeyed: Bool

        package init(id: String, isKeyed: Bool) {
            self.id = id
            self.isKeyed = isKeyed
        }
    }

    private struct Delta {
        var sequence: UInt64
        var changes: [Int: PanelChange]
        var bytes: Int
    }

    /// Tells this server run from others; sequence numbers mean nothing without it.
    package let epoch: String
    package private(set) var sequence: UInt64 = 0
    private let panels: [Panel]
    private var contents: [PanelContent?]
    private var ring: [Delta] = []
    private var ringBytes = 0
    private let ringLength: Int
    private let ringByteLimit: Int

    package init(epoch: String, panels: [Panel], ringLength: Int = 120, ringByteLimit: Int = 4 << 20) {
        self.epoch = epoch
        self.panels = panels
        contents = Array(repeating: nil, count: panels.count)
        self.ringLength = ringLength
        self.ringByteLimit = ringByteLimit
    }

    /// Takes fresh contents of panels; true when something differs, which is then one step of the sequence.
    package mutating func publish(_ fresh: [(panel: Int, content: PanelContent)]) -> Bool {
        var changes: [Int: PanelChange] = [:]
        for (panel, content) in fresh where panels.indices.contains(panel) {
            changes[panel] = PanelChange.between(contents[panel], content, isKeyed: panels[panel].isKeyed)
            contents[panel] = content
        }
        if changes.isEmpty { return false }
        sequence += 1
        let delta = Delta(
            sequence: sequence, changes: changes, bytes: changes.values.reduce(0) { $0 + Self.weight($1) })
        ring.append(delta)
        ringBytes += delta.bytes
        while ring.count > ringLength || (ringBytes > ringByteLimit && ring.count > 1) {
            ringBytes -= ring.removeFirst().bytes
        }
        return true
    }

    /// The sequence number to go on from for a client that last saw `lastEventID`; nil when it needs a snapshot.
    package func resumePoint(lastEventID: String?) -> UInt64? {
        guard let parts = lastEventID?.split(separator: ".", omittingEmptySubsequences: false), parts.count == 2,
            parts[0] == epoch, let seen = UInt64(parts[1]), canResume(from: seen)
        else { return nil }
        return seen
    }

    /// True when all changes after `seen` are still known.
    package func canResume(from seen: UInt64) -> Bool {
        if seen == sequence { return true }
        guard seen < sequence, let oldest = ring.first else { return false }
        return oldest.sequence <= seen + 1
    }

    /// The frame that shows everything.
    package func snapshotFrame(_ status: FeedStatus) -> [UInt8] {
        frame("snapshot", status) { json in
            for panel in panels.indices { write(contents[panel], of: panels[panel], hasError: true, to: &json) }
        }
    }

    /// The frame that brings a client from `seen` to now; nil when the history does not reach back that far.
    package func deltaFrame(since seen: UInt64, _ status: FeedStatus) -> [UInt8]? {
        guard canResume(from: seen) else { return nil }
        var changes: [Int: [PanelChange]] = [:]
        for delta in ring where delta.sequence > seen {
            for (panel, change) in delta.changes { changes[panel, default: []].append(change) }
        }
        return frame("delta", status) { json in
            for panel in panels.indices {
                guard let steps = changes[panel] else { continue }
                write(PanelChange.merging(steps), of: panel, to: &json)
            }
        }
    }

    /// The frame that only says how fresh the data is.
    package func statusFrame(_ status: FeedStatus) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        status.write(to: &json)
        json.endObject()
        return Array("event: status\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
    }

    private func frame(_ event: String, _ status: FeedStatus, _ panels: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 1_024)
        json.beginObject()
        status.write(to: &json)
        json.key("panels")
        json.beginObject()
        panels(&json)
        json.endObject()
        json.endObject()
        return Array("id: \(epoch).\(sequence)\nevent: \(event)\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
    }

    private func write(_ change: PanelChange, of panel: Int, to json: inout JSONWriter) {
        guard case .changed(let upserts, let deletes) = change else {
            return write(contents[panel], of: panels[panel], hasError: false, to: &json)
        }
        json.key(panels[panel].id)
        json.beginObject()
        json.key("upserts")
        json.beginArray()
        for row in upserts { json.raw(row.json) }
        json.endArray()
        json.key("deletes")
        json.beginArray()
        for key in deletes { json.raw(key) }
        json.endArray()
        json.endObject()
    }

    /// The whole content: rows, and the error (always in snapshots, otherwise only where there is one).
    private func write(_ content: PanelContent?, of panel: Panel, hasError: Bool, to json: inout JSONWriter) {
        json.key(panel.id)
        json.beginObject()
        json.key("rows")
        json.beginArray()
        if case .rows(let rows) = content { for row in rows { json.raw(row.json) } }
        json.endArray()
        if case .failed(let message) = content {
            json.key("error")
            json.beginObject()
            json.key("message")
            json.string(message)
            json.endObject()
        } else if hasError {
            json.key("error")
            json.null()
        }
        json.endObject()
    }

    private static func weight(_ change: PanelChange) -> Int {
        guard case .changed(let upserts, let deletes) = change else { return 16 }
        return upserts.reduce(0) { $0 + $1.key.count + $1.json.count + 64 } + deletes.reduce(0) { $0 + $1.count + 32 }
    }
}
