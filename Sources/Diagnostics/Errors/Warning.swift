import Glibc

/// Words for the person who runs the process: something is odd, and the work goes on.
package enum Warning {
    /// Writes a line to standard error.
    package static func write(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
