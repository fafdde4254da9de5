package import EventIndex

/// What the routes work on.
package struct QueryServices: Sendable {
    package var index: IndexReader
    package var register: Register
    package var feed: ChangeFeed
    package var status: any DaemonStatus
    /// Whether the daemon has a credential of this name; an import of cameras warns about those it lacks.
    ///
    /// Called on a thread that may block.
    package var credentialExists: @Sendable (String) -> Bool

    package init(
        index: IndexReader, register: Register, feed: ChangeFeed, status: any DaemonStatus,
        credentialExists: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.index = index
        self.register = register
        self.feed = feed
        self.status = status
        self.credentialExists = credentialExists
    }
}
