import Diagnostics
import Glibc

extension FileSystemError {
    /// Whether the call failed because nothing more fits: the only failure that is waited out.
    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    var isDenied: Bool { code == EACCES || code == EPERM }
    var isMissingFile: Bool { code == ENOENT }
}
