import FuzzSupport
import StreamSQL

/// Any bytes parse to a tree or to errors inside the text; a query that was printed reads as it was.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSQLParser(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    do throws(SQLScriptError) {
        for statement in try SQLScript.parse(text, file: "fuzz.sql").statements {
            if case .query(let query) = statement.kind { checkPrinting(of: query) }
        }
    } catch {
        if error.errors.isEmpty { finding("refused without an error") }
        if error.render(file: "fuzz.sql", text: text).isEmpty { finding("an error without a text") }
    }
    return 0
}

/// Printing must give a text that parses and prints to itself.
private func checkPrinting(of query: Query) {
    let printed = sqlText(of: query)
    do throws(SQLError) {
        let again = sqlText(of: try parseQuery(printed))
        if again != printed { finding("printed twice, it differs:\n  \(printed)\n  \(again)") }
    } catch  where error.code == .limit {
        return  // brackets that printing adds may make it too deep
    } catch {
        finding("its own text is refused: \(error.message)\n  \(printed)")
    }
}
