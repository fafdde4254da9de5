package import EventIndex
package import MKDSCore

/// What the routes work on.
package struct QueryServices: Sendable {
    package var index: IndexReader
    package var register: Register
    package var feed: ChangeFeed
    package var status: any DaemonStatus
    /// Looks at cameras on an administrator's behalf.
    package var errands: any CameraErrands
    /// Whether the daemon has a credential of this name; an import of cameras warns about those it lacks.
    ///
    /// Called on a thread that may block.
    package var credentialExists: @Sendable (String) -> Bool
    /// Where cameras may be; an import warns about those whose address lies elsewhere.
    package var cameraNetworks: CameraNetworks

    package init(
        index: IndexReader, register: Register, feed: ChangeFeed, status: any DaemonStatus,
        errands: any CameraErrands,
        credentialExists: @escaping @Sendable (String) -> Bool = { _ in true },
        cameraNetworks: CameraNetworks = .standard
    ) {
        self.index = index
        self.register = register
        self.feed = feed
        self.status = status
        self.errands = errands
        self.credentialExists = credentialExists
        self.cameraNetworks = cameraNetworks
    }
}
