/// How a camera's own words are read, counted since the capture process began with it.
package struct MetadataStatus: Hashable, Codable, Sendable {
    /// Unknown topics named one by one.
    package static let topicLimit = 8

    /// Whole documents.
    package var documents = 0
    /// Of these, documents that were refused: not well-formed, too large, not what ONVIF allows.
    package var refused = 0
    /// Documents of which only a part came, or in an encoding that is not supported.
    package var dropped = 0
    /// Pieces let go because the camera sent more than is taken.
    package var refusedPieces = 0
    package var notifications = 0
    /// Analysed pictures.
    package var frames = 0
    /// Notifications that came on the metadata track and from the event service: counted once.
    package var duplicates = 0
    /// Documents kept.
    package var kept = 0
    /// Documents of which face or plate data was cut out, kept or not.
    package var cut = 0
    /// Documents that should have been kept and were not: more than is taken, or not certain where to cut.
    package var unkept = 0
    /// Events of the camera that are open.
    package var openEvents = 0
    /// Events let go because there were too many.
    package var refusedEvents = 0
    /// Notifications of topics nobody here knows, the most frequent ones.
    package var unknownTopics: [String: Int] = [:]
    package var lastDocument: UTCTime?
    /// What was last found to keep what the camera says from being used.
    package var trouble: String?

    package init() {}
}
