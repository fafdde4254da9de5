package import MKDSCore

/// What a box's numbers count.
package enum CoordinateSystem: Hashable, Sendable {
    /// −1…1, origin in the middle, y upwards (ONVIF Analytics Service Specification § 5.1.2.2).
    case normalised
    /// 0…1, origin upper left, y downwards: a deviation.
    case unit
    /// Beyond one, without a `Transformation` that would normalise it: pixels or cells of a vendor's grid, origin upper left.
    case unscaled
}

/// A `BoundingBox` after every `Transformation` that applies to it.
package struct BoundingBox: Hashable, Sendable {
    package var left: Float
    package var top: Float
    package var right: Float
    package var bottom: Float
    package var system: CoordinateSystem
}

/// A `CenterOfGravity` after every `Transformation` that applies to it, in the system of the frame's boxes.
package struct CenterOfGravity: Hashable, Sendable {
    package var x: Float
    package var y: Float
}

/// What an object was taken for (`tt:ClassDescriptor`): the likeliest of its classes.
package struct ObjectClass: Hashable, Sendable {
    /// As the camera named it: `Human`, `Vehicle`, ….
    package var name: String
    /// 0…1 as sent, nil when the camera does not tell.
    package var likelihood: Float?
}

/// An object of a frame (`tt:Object`).
package struct SceneObject: Hashable, Sendable {
    /// Nil when missing or no number.
    package internal(set) var id: Int64?
    package internal(set) var objectClass: ObjectClass?
    package internal(set) var box: BoundingBox?
    package internal(set) var centerOfGravity: CenterOfGravity?
}

/// One analysed picture (`tt:Frame`, ONVIF Analytics Service Specification § 5.1).
package struct Frame: Hashable, Sendable {
    /// `Frame@UtcTime`; nil when it is missing or no time.
    package internal(set) var time: UTCTime?
    package internal(set) var objects: [SceneObject] = []
    package internal(set) var motionInCells: MotionInCells?
}

/// Where a moving camera looks (`tt:PTZStatus`), in the camera's own units.
package struct PTZPosition: Hashable, Sendable {
    package internal(set) var pan: Float?
    package internal(set) var tilt: Float?
    package internal(set) var zoom: Float?
}
