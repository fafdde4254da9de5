/// A `tt:Transformation`: scale, then translate (ONVIF Analytics Service Specification § 5.1.2.3).
struct Transformation {
    var scaleX: Float = 1
    var scaleY: Float = 1
    var translateX: Float = 0
    var translateY: Float = 0

    func x(_ value: Float) -> Float { value * scaleX + translateX }
    func y(_ value: Float) -> Float { value * scaleY + translateY }

    func apply(to object: inout SceneObject) {
        if let box = object.box {
            object.box = BoundingBox(
                left: x(box.left), top: y(box.top), right: x(box.right), bottom: y(box.bottom), system: box.system)
        }
        if let center = object.centerOfGravity {
            object.centerOfGravity = CenterOfGravity(x: x(center.x), y: y(center.y))
        }
    }
}

extension Frame {
    /// Beyond this nothing is normalised; boxes of normalised frames reach a little over the picture's edge.
    private static let normalisedLimit: Float = 1.5

    /// Says in which system the boxes are, which only all of them together tell, and puts their edges in order.
    mutating func settleCoordinates() {
        var largest: Float = 0
        var looksNormalised = false
        for case let box? in objects.lazy.map(\.box) {
            largest = max(largest, box.largest)
            if box.smallest < 0 || box.top > box.bottom { looksNormalised = true }
        }
        let system: CoordinateSystem =
            if largest > Self.normalisedLimit { .unscaled } else if looksNormalised { .normalised } else { .unit }
        for index in objects.indices { objects[index].box?.settle(in: system) }
    }
}

extension BoundingBox {
    var largest: Float { max(abs(left), abs(top), abs(right), abs(bottom)) }
    var smallest: Float { min(left, top, right, bottom) }

    /// Edges are sometimes swapped; y grows upwards only in the normalised system.
    fileprivate mutating func settle(in system: CoordinateSystem) {
        self.system = system
        if left > right { swap(&left, &right) }
        if system == .normalised ? top < bottom : top > bottom { swap(&top, &bottom) }
    }
}
