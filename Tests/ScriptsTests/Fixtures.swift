import Diagnostics

@testable import Scripts

/// What a call throws, in the one shape of errors.
func problem(_ body: () throws -> Void) -> MillraceError? {
    do {
        try body()
        return nil
    } catch let error as MillraceError {
        return error
    } catch let failure as ScriptFailure {
        return failure.first
    } catch {
        return MillraceError(.internalError, code: "other_error", "\(error)")
    }
}
