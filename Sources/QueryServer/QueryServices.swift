/// What the routes work on.
package struct QueryServices: Sendable {
    package var index: any EventQuerying
    package var register: any RegisterQuerying
    package var feed: any ChangeAnnouncing
    package var status: any DaemonStatus

    package init(
        index: any EventQuerying, register: any RegisterQuerying, feed: any ChangeAnnouncing, status: any DaemonStatus
    ) {
        self.index = index
        self.register = register
        self.feed = feed
        self.status = status
    }
}
