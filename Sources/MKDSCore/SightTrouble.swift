/// What keeps pictures that do arrive from showing the scene. The raw value is stored as the topic of the event.
package enum SightTrouble: String, CaseIterable, Codable, Sendable {
    /// Something hides most of the scene.
    case covered
    /// The scene is there but its fine structure is gone: out of focus, dirt or condensation on the glass.
    case blurred
    /// The camera shows another scene than the one it has learnt.
    case turned
    /// Nothing can be made out for want of light.
    case dark
    /// Nothing can be made out for too much light.
    case bright
    /// A stretch of video is played again and again.
    case looped
    /// One and the same picture is sent again and again.
    case frozen
    /// Parts of the stream are lost or damaged, so that pictures are damaged or missing.
    case packetLoss = "packet-loss"

    /// Tampering is what a person may have done; the rest is a fault of camera or network.
    package var kind: EventKind {
        switch self {
        case .covered, .blurred, .turned, .dark, .bright, .looped: .tamper
        case .frozen, .packetLoss: .health
        }
    }

    /// The sentence an event of it carries.
    package var detail: String {
        switch self {
        case .covered: "most of the scene is hidden"
        case .blurred: "the picture has lost its fine structure"
        case .turned: "the picture shows another scene than the one learnt"
        case .dark: "the picture is too dark to show anything"
        case .bright: "the picture is too bright to show anything"
        case .looped: "a stretch of video is played again and again, bit for bit"
        case .frozen: "the picture stands still, bit for bit"
        case .packetLoss: "parts of the stream are lost or damaged"
        }
    }
}
