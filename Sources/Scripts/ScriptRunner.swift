import Columnar
import ConnectorContract
package import Diagnostics
import Engine
import Glibc
import StreamSQL
import Synchronization
import Tables

/// `millrace run`: plans a script, runs its jobs one after the other, and prints what SELECTs give.
package struct ScriptRunner: Sendable {
    /// What came of a run.
    package struct Summary: Sendable {
        package var rowsIn: UInt64 = 0
        package var rowsOut: UInt64 = 0
        package var rejected: UInt64 = 0
        package var lateRows = 0
        /// Left out of tables whose columns do not allow them.
        package var refusedRows = 0
        package var seconds: Double = 0
    }

    package var form: OutputForm
    package var parallelism: Int
    /// Applied like SET statements before the script.
    package var options: [(key: String, value: String)]
    package var baseDirectory: String
    /// With a seed jobs run on one thread, are killed and restored on the way, and show what they come to: a test of
    /// what they keep. See ``Rehearsal``.
    package var rehearsalSeed: UInt64?
    package var environment: Environment
    /// Takes finished lines for standard output.
    package var print: @Sendable ([UInt8]) -> Void
    /// Takes lines for standard error.
    package var warn: @Sendable (String) -> Void

    package init(
        form: OutputForm, parallelism: Int, options: [(key: String, value: String)] = [], baseDirectory: String = ".",
        environment: Environment = Environment(), print: @escaping @Sendable ([UInt8]) -> Void,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.form = form
        self.parallelism = parallelism
        self.options = options
        self.baseDirectory = baseDirectory
        self.environment = environment
        self.print = print
        self.warn = warn
    }

    package func run(_ script: ScriptText) throws -> Summary {
        try ScriptSession(self).run(script)
    }
}
