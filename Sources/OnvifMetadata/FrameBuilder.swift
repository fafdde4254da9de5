/// A frame while its elements are read. Flags instead of optionals: it is changed in place for every element.
struct FrameBuilder {
    var value = Frame()
    var transformation = Transformation()
    var isInObject = false
    var object = SceneObject()
    var hasObjectTransformation = false
    var objectTransformation = Transformation()
    /// The `Class` or `ClassCandidate` whose parts come.
    var candidate = ObjectClass(name: "")

    /// Keeps a class if it is likelier than the one known; makers that tell no likelihood mean the first.
    mutating func addCandidate() {
        guard !candidate.name.isEmpty else { return candidate.likelihood = nil }
        defer { candidate = ObjectClass(name: "") }
        if let known = object.objectClass, known.likelihood ?? 1 >= candidate.likelihood ?? 0 { return }
        object.objectClass = candidate
    }

    mutating func beginObject(id: Int64?) {
        object = SceneObject()
        object.id = id
        candidate = ObjectClass(name: "")
        isInObject = true
        hasObjectTransformation = false
    }

    mutating func endObject() {
        guard isInObject else { return }
        isInObject = false
        if hasObjectTransformation { objectTransformation.apply(to: &object) }
        if value.objects.isEmpty { value.objects.reserveCapacity(8) }
        value.objects.append(object)
    }

    mutating func end() -> Frame {
        for index in value.objects.indices { transformation.apply(to: &value.objects[index]) }
        value.settleCoordinates()
        return value
    }
}
