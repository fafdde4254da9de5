/// Which of the walls around a capture process stand; the filter of calls always does, or the process ends.
package struct CaptureWalls: Hashable, Codable, Sendable {
    /// The kernel's filter of addresses around the process's control group, as tried from within.
    package enum AddressFilter: String, Codable, Sendable {
        /// None is to be expected: the process is a child of mkdsd. Its own program still keeps to the networks.
        case none
        /// Addresses outside the networks are refused, those inside are not.
        case stands
        /// Addresses outside the networks are not refused.
        case absent
        /// Addresses inside the networks are refused.
        case narrow
    }

    /// Version of Landlock in force; 0 when the kernel has none: then the process may read what its user may.
    package var landlock: Int
    package var addressFilter: AddressFilter

    package init(landlock: Int, addressFilter: AddressFilter = .none) {
        self.landlock = landlock
        self.addressFilter = addressFilter
    }
}
