package import MKDSCore

/// What moved in one picture.
package struct MotionSample: Hashable, Sendable {
    /// Why nothing is reported although the picture may have changed.
    package enum Suppression: String, Sendable {
        /// The background is not known yet: first pictures of a stream, or after a change of picture size.
        case learning
        /// Most of the picture changed at once: light switched, camera turned, exposure jumped. The background is learnt anew.
        case globalChange = "global-change"
    }

    /// Media time of the picture.
    package var time: Duration
    /// Share of the unmasked picture covered by moving regions of at least the minimum area, 0…1.
    package var share: Float
    /// The same with half the minimum area: enough to prolong an event, not to open one. Never below ``share``.
    package var lingeringShare: Float
    /// Smallest box around all regions counted in ``lingeringShare``.
    package var box: PictureBox?
    /// Cells touched by these regions.
    package var cells: CellGrid
    package var suppression: Suppression?

    package init(
        time: Duration, share: Float = 0, lingeringShare: Float = 0, box: PictureBox? = nil,
        cells: CellGrid = CellGrid(), suppression: Suppression? = nil
    ) {
        self.time = time
        self.share = share
        self.lingeringShare = max(share, lingeringShare)
        self.box = box
        self.cells = cells
        self.suppression = suppression
    }
}
