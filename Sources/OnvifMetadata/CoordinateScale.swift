package import MKDSCore

/// Puts a camera's boxes onto its picture, learning what its numbers count.
///
/// Makers that leave the `Transformation` out send pixels or cells of a square grid. Which of them no single box tells, so
/// the largest number ever seen decides: beyond the picture it cannot be pixels. A value per camera and picture size.
package struct CoordinateScale: Hashable, Sendable {
    /// What unscaled numbers count.
    package enum Unit: Hashable, Sendable {
        case pixel
        /// A grid of this many cells each way.
        case grid(Int)
    }

    /// Grids of makers; the smallest that holds all numbers seen is taken.
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
        guard largestX > Float(width) * 1.02 || largestY > Float(height) * 1.02 else { return .pixel }
        let largest = max(largestX, largestY)
        return .grid(Self.grids.first { Float($0) * 1.02 >= largest } ?? 65_536)
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
