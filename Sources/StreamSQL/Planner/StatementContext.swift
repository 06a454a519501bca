/// What expressions may ask about the session whose statement is being planned.
///
/// Binders of expressions are made in two dozen places, none of which has to do with the session. Planning a statement is one
/// call on one thread, so this is bound for the length of that call.
enum StatementContext {
    @TaskLocal static var currentDatabase = Catalog.defaultDatabase
}
