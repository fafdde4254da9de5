/// Something cut out of a document before storage (R13), or to be cut.
package struct BiometricCut: Hashable, Sendable {
    /// Which element of the document it is, in the order of start tags, from 0.
    package let element: Int
    /// The local name of the element, and so the kind of what was cut; never its content.
    package let name: String
}

/// What a document says, typed.
package struct DocumentContents: Sendable {
    /// In document order, those with face or plate data left out.
    package internal(set) var notifications: [Notification] = []
    package internal(set) var frames: [Frame] = []
    package internal(set) var ptzPositions: [PTZPosition] = []
    /// Elements that are neither of the ONVIF schema nor face or plate data; they stay in the raw document.
    package internal(set) var extensionElementCount = 0
    /// Start tags of the document.
    package internal(set) var elementCount = 0
    /// What ``BiometricFilter`` must cut out, by element.
    package internal(set) var biometricCuts: [BiometricCut] = []
}
