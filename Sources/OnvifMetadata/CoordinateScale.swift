package import MKDSCore

/// Puts a camera's boxes onto its picture, learning what its numbers count.
///
/// Makers that leave the `Transformation` out send pixels, of this picture or of the larger one they analyse, or cells of a
/// square grid. Which of them no single box tells, so the largest numbers ever seen decide: the smallest of all these that
/// holds them. What was taken for too small shows itself sooner or later. A value per camera and picture size.
package struct CoordinateScale: Hashable, Sendable {
    /// What unscaled numbers count.
    package enum Unit: Hashable, Sendable {
        case pixel
        /// Pixels of a larger picture of the same camera.
        case largerPicture(width: Int, height: Int)
        /// A grid of this many cells each way.
        case grid(Int)
    }

    /// Usual pictures of cameras; only those count that have the sides' ratio of the stream's.
    private static let pictures = [
        (640, 360), (640, 480), (704, 576), (800, 600), (960, 540), (1_024, 768), (1_280, 720), (1_280, 960),
        (1_280, 1_024), (1_600, 1_200), (1_920, 1_080), (2_048, 1_536), (2_304, 1_296), (2_560, 1_440), (2_560, 1_920),
        (2_688, 1_520), (2_592, 1_944), (3_072, 1_728), (3_840, 2_160),
    ]
    /// Grids of makers.
    private static let grids = [1_000, 4_096, 8_192, 10_000, 16_384, 32_768, 65_536]

    private let width: Int
    private let height: Int
    /// Numbers reach a little over the edge, which is no sign of a grid.
    private var largestX: Float = 0
    private var largestY: Float = 0

    /// The scale of a camera with pictures of this size.
    package init(pictureWidth: Int, pictureHeight: Int) {
        width = max(1, pictureWidth)
        height = max(1, pictureHeight)
    }

    /// What unscaled numbers count, as far as can be told by now.
    package var unit: Unit {
        if holds(width, height) { return .pixel }
        let grid = Self.grids.first { holds($0, $0) } ?? 65_536
        let picture = Self.pictures.first { across, down in
            across * down < grid * grid && holds(across, down) && isAlike(across, down)
        }
        return picture.map { .largerPicture(width: $0.0, height: $0.1) } ?? .grid(grid)
    }

    private func holds(_ across: Int, _ down: Int) -> Bool {
        largestX <= Float(across) * 1.02 && largestY <= Float(down) * 1.02
    }

    /// Whether the ratio of the sides is that of the stream's picture, but for rounding to blocks.
    private func isAlike(_ across: Int, _ down: Int) -> Bool {
        abs(across * height - width * down) * 32 <= width * down
    }

    /// The box as shares of the picture, cut at its edges.
    package mutating func pictureBox(_ box: BoundingBox) -> PictureBox {
        switch box.system {
        case .normalised:
            return Self.box((box.left + 1) / 2, (1 - box.top) / 2, (box.right + 1) / 2, (1 - box.bottom) / 2)
        case .unit:
            return Self.box(box.left, box.top, box.right, box.bottom)
        case .unscaled:
            largestX = max(largestX, box.right)
            largestY = max(largestY, box.bottom)
            let (across, down): (Float, Float) =
                switch unit {
                case .pixel: (Float(width), Float(height))
                case .largerPicture(let width, let height): (Float(width), Float(height))
                case .grid(let side): (Float(side), Float(side))
                }
            return Self.box(box.left / across, box.top / down, box.right / across, box.bottom / down)
        }
    }

    private static func box(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> PictureBox {
        func cut(_ value: Float) -> Float { min(max(value, 0), 1) }
        return PictureBox(left: cut(left), top: cut(top), right: cut(right), bottom: cut(bottom))
    }
}
