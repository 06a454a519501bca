import Diagnostics
import Glibc

/// The errors of stored epochs, each with its stable code.
enum CheckpointErrors {
    static func locked(_ directory: String) -> MillraceError {
        MillraceError(
            .user, code: "checkpoints_locked", "another process uses the epochs in \(directory)",
            hint: "stop the other process, or give this one a data directory of its own")
    }

    static func newerFormat(_ path: String, version: UInt32, known: UInt32) -> MillraceError {
        MillraceError(
            .user, code: "checkpoints_newer_format",
            "\(path) has format version \(version); this program knows versions up to \(known)",
            hint: "start the newer program that wrote it")
    }

    static func otherJob(_ path: String, stored: String, asked: String) -> MillraceError {
        MillraceError(
            .user, code: "checkpoints_of_other_job", "\(path) belongs to job '\(stored)', not to '\(asked)'")
    }

    static func otherPlan(_ path: String, job: String) -> MillraceError {
        MillraceError(
            .user, code: "checkpoints_of_other_plan",
            "the statements of job '\(job)' differ from those that stored \(path)",
            hint: "run the statements as they were, or move the directory away to begin anew")
    }

    static func withoutManifest(_ directory: String) -> MillraceError {
        MillraceError(
            .system, code: "checkpoints_without_manifest",
            "\(directory) holds stored state but no epoch that is whole",
            hint: "put the directory back from a copy, or move it away to begin anew from the start of the sources")
    }

    static func noSavepoint(_ directory: String) -> MillraceError {
        MillraceError(
            .user, code: "no_savepoint", "\(directory) holds no savepoint",
            hint:
                "a savepoint is a directory written by `millrace savepoint`; the directory of a job's state serves too")
    }

    static func savepointExists(_ directory: String) -> MillraceError {
        MillraceError(
            .user, code: "savepoint_exists", "\(directory) is not empty",
            hint: "give the savepoint a directory of its own")
    }

    static func damaged(_ path: String, what: String) -> MillraceError {
        MillraceError(
            .system, code: "checkpoint_damaged", "stored state cannot be read back: \(what), in \(path)",
            hint: "the disk changed or lost what was stored; a restart falls back to an older epoch that is whole")
    }

    static func diskFull(epoch: UInt64, _ error: FileSystemError) -> MillraceError {
        MillraceError(
            .system, code: "disk_full", "the disk is full: epoch \(epoch) could not be stored (\(error))",
            hint: "free some space; the changes are kept and go with the next epoch")
    }

    static func writeFailed(epoch: UInt64, _ error: FileSystemError) -> MillraceError {
        MillraceError(
            .system, code: "checkpoint_write_failed", "epoch \(epoch) could not be stored: \(error)",
            hint: "the changes are kept and go with the next epoch, into new files")
    }

    static func stopped(_ cause: String) -> MillraceError {
        MillraceError(
            .system, code: "checkpoints_stopped", "epochs can no longer be stored: \(cause)",
            hint: "repair the disk and start again; the job continues from its last stored epoch")
    }

    static func misuse(_ what: String) -> MillraceError {
        MillraceError(.internalError, code: "checkpoint_misuse", what)
    }

    /// Whether a call failed because nothing more fits.
    static func isDiskFull(_ error: FileSystemError) -> Bool { error.code == ENOSPC || error.code == EDQUOT }

    /// Whether a failed read means that the bytes are gone, and not that the process lacks something.
    static func isMediumError(_ error: FileSystemError) -> Bool { error.code == EIO || error.code == ENOENT }
}
