package import EventIndex

/// What the routes work on.
package struct QueryServices: Sendable {
    package var index: IndexReader
    package var register: any RegisterQuerying
    package var feed: ChangeFeed
    package var status: any DaemonStatus

    package init(
        index: IndexReader, register: any RegisterQuerying, feed: ChangeFeed, status: any DaemonStatus
    ) {
        self.index = index
        self.register = register
        self.feed = feed
        self.status = status
    }
}
