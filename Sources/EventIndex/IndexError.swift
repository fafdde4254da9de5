/// What is wrong with the index itself, beyond what PostgreSQL says. Its text holds no secret.
package struct IndexError: Error, Hashable, Sendable {
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String { case migrationChanged, databaseNewer, unknownArea, damagedRow, overloaded }
        private let kind: Kind

        /// A migration was applied in another form than the program holds.
        package static let migrationChanged = Code(kind: .migrationChanged)
        /// A newer program has changed the schema.
        package static let databaseNewer = Code(kind: .databaseNewer)
        /// A search names an area the register does not know.
        package static let unknownArea = Code(kind: .unknownArea)
        /// A row holds what no version of the program writes.
        package static let damagedRow = Code(kind: .damagedRow)
        /// Too many questions wait for a connection.
        package static let overloaded = Code(kind: .overloaded)

        package var description: String { kind.rawValue }
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension IndexError: CustomStringConvertible {
    package var description: String { message }
}
