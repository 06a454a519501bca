/// The logs of all nodes, `node-01` and so on below one directory.
struct NodeLogs: ~Copyable {
    private let logs: UnsafeMutablePointer<NodeLog>
    private(set) var count = 0

    /// Opens the logs; see `NodeLog` for the options.
    init(directory: String, count wanted: Int, rotateBytes: Int?, keepExisting: Bool) throws(WorkloadError) {
        logs = .allocate(capacity: wanted)
        for number in 1...wanted {
            let digits = String(number)
            let name = "node-" + (digits.utf8.count < 2 ? "0" : "") + digits
            let log = try NodeLog.open(
                directory: directory + "/" + name, rotateBytes: rotateBytes, keepExisting: keepExisting)
            (logs + count).initialize(to: log)
            count += 1
        }
    }

    deinit {
        logs.deinitialize(count: count)
        logs.deallocate()
    }

    /// The log of a node, counted from zero.
    subscript(node: Int) -> NodeLog {
        @inline(__always)
        _read {
            precondition(node >= 0 && node < count, "no such node")
            yield logs[node]
        }
        @inline(__always)
        nonmutating _modify {
            precondition(node >= 0 && node < count, "no such node")
            yield &logs[node]
        }
    }
}
