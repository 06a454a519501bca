import Glibc

/// Ends the process with a message, which the fuzzer records as a finding for the current input.
package func finding(_ message: String) -> Never {
    let line = Array("finding: \(message)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    abort()
}
