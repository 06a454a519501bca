package import Diagnostics

/// The running jobs, as pages and metrics show them. `Server` brings the real one.
package protocol JobDirectory: Sendable {
    func jobs() -> [JobReport]
    /// Ends a job behind one more epoch, and blocks until it is over. Gives the directory of the savepoint that was asked
    /// for; nil without one. Throws `unknown_job`, `not_running`, and what goes wrong on the disk.
    func stop(_ id: String, withSavepoint: Bool) throws -> String?
    /// Copies the newest stored epoch of a job; gives the directory.
    func savepoint(of id: String) throws -> String
}

extension JobDirectory {
    package func stop(_ id: String, withSavepoint: Bool) throws -> String? { throw Self.unknown(id) }
    package func savepoint(of id: String) throws -> String { throw Self.unknown(id) }

    package static func unknown(_ id: String) -> MillraceError {
        MillraceError(.user, code: "unknown_job", "there is no job '\(id)'", hint: "SHOW JOBS lists them")
    }
}

/// What there is to know about one job. Times are milliseconds since 1970.
package struct JobReport: Sendable, Equatable {
    /// How a job is doing.
    package enum State: String, Sendable {
        case running, finished, failed, restarting
    }

    /// The newest durable epoch.
    package struct Epoch: Sendable, Equatable {
        package var number: UInt64
        package var at: Int64
        package var durationMilliseconds: Int64
        package var bytes: Int64

        package init(number: UInt64, at: Int64, durationMilliseconds: Int64, bytes: Int64) {
            self.number = number
            self.at = at
            self.durationMilliseconds = durationMilliseconds
            self.bytes = bytes
        }
    }

    package var id: String
    package var name: String
    package var state: State
    package var error: String?
    package var startedAt: Int64
    package var rowsIn: UInt64 = 0
    package var rowsPerSecond: Double = 0
    package var rowsOut: UInt64 = 0
    package var rejected: UInt64 = 0
    package var lateRows: UInt64 = 0
    /// Left out of tables whose columns do not allow them.
    package var refusedRows: UInt64 = 0
    package var lastEpoch: Epoch?
    package var sources: [SourceReport] = []
    package var operators: [OperatorReport] = []
    /// Event time of the newest row that has been counted.
    package var asOf: Int64?
    /// Names of the result tables it writes; empty when unknown, then it counts for every dashboard.
    package var tables: [String] = []
    /// What became of the state that it began with: what was kept, and what was dropped and why.
    package var beginning: [String] = []

    package init(id: String, name: String, state: State, error: String? = nil, startedAt: Int64) {
        self.id = id
        self.name = name
        self.state = state
        self.error = error
        self.startedAt = startedAt
    }
}

/// One source of a job.
package struct SourceReport: Sendable, Equatable {
    package var name: String
    /// Read once at the start, such as a small table to join with: it says nothing about how fresh the data is.
    package var isStatic = false
    package var files: Int = 0
    package var lagBytes: UInt64 = 0
    package var lagRows: UInt64?
    package var rowsIn: UInt64 = 0
    package var rejected: UInt64 = 0
    package var lastRecordAt: Int64?
    package var samples: [RejectedSample] = []
    /// What it waits for, such as a broker elsewhere; nil while it can be read.
    package var problem: String?

    package init(name: String) { self.name = name }
}

/// A rejected record, cut to what people look at.
package struct RejectedSample: Sendable, Equatable {
    package var file: String
    package var offset: Int64
    package var reason: String
    package var text: String

    package init(file: String, offset: Int64, reason: String, text: String) {
        self.file = file
        self.offset = offset
        self.reason = reason
        self.text = text
    }
}

/// One operator of a job.
package struct OperatorReport: Sendable, Equatable {
    package var name: String
    package var rowsIn: UInt64
    package var rowsOut: UInt64
    package var stateRows: UInt64
    package var batchesIn: UInt64 = 0
    package var batchesOut: UInt64 = 0
    /// Roughly.
    package var stateBytes: UInt64 = 0
    package var lateRows: UInt64 = 0
    /// Some of them, each a JSON object of texts; the newest.
    package var lateSamples: [String] = []
    /// Left out of a table whose columns do not allow them.
    package var refusedRows: UInt64 = 0
    package var refusedSamples: [String] = []
    /// Its own work since the start, over all its instances.
    package var busyMilliseconds: UInt64 = 0
    /// That work as a share of what its instances could have done.
    package var busyPercent: Double = 0
    /// How much of the time the queues behind it were full.
    package var blockedPercent: Double = 0
    /// Event time that left it; nil before the first watermark.
    package var watermark: Int64?
    /// The operator in words, as EXPLAIN shows it.
    package var text = ""
    /// The operators that it reads, by their places in the report of the job; all are in front of it.
    package var inputs: [Int] = []

    package init(name: String, rowsIn: UInt64, rowsOut: UInt64, stateRows: UInt64) {
        self.name = name
        self.rowsIn = rowsIn
        self.rowsOut = rowsOut
        self.stateRows = stateRows
    }
}
