package import MKDSCore

/// A camera's document on the wire, without its bytes.
package struct DocumentResource: Hashable, Codable, Sendable {
    package var id: UUIDv7
    package var camera: CameraID
    /// The server's clock when its first bytes came.
    package var received: UTCTime
    package var path: DocumentPath
    /// SHA-256 of what the camera sent, before anything was cut out: 64 hexadecimal digits.
    package var sha256: String
    /// Bytes as they are kept.
    package var byteCount: Int
    /// Kept as the gzip member it came as.
    package var isCompressed: Bool
    /// Elements with face or plate data that were cut out; 0: the bytes are the sent ones.
    package var cutCount: Int
    /// False when a part of it was given up while the disk was full.
    package var isWhole: Bool
    /// Where a moving camera looked by its own word.
    package var pan: Float?
    package var tilt: Float?
    package var zoom: Float?
    package var preset: String?

    package init(
        id: UUIDv7, camera: CameraID, received: UTCTime, path: DocumentPath, digest: [UInt8], byteCount: Int,
        isCompressed: Bool, cutCount: Int, isWhole: Bool, pan: Float? = nil, tilt: Float? = nil, zoom: Float? = nil,
        preset: String? = nil
    ) {
        self.id = id
        self.camera = camera
        self.received = received
        self.path = path
        sha256 = Hexadecimal.text(digest)
        self.byteCount = byteCount
        self.isCompressed = isCompressed
        self.cutCount = cutCount
        self.isWhole = isWhole
        self.pan = pan
        self.tilt = tilt
        self.zoom = zoom
        self.preset = preset
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, camera, received, path, sha256, pan, tilt, zoom, preset
        case byteCount = "bytes"
        case isCompressed = "compressed"
        case cutCount = "cut"
        case isWhole = "whole"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(camera, forKey: .camera)
        try container.encode(received, forKey: .received)
        try container.encode(path, forKey: .path)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(byteCount, forKey: .byteCount)
        try container.encode(isCompressed, forKey: .isCompressed)
        try container.encode(cutCount, forKey: .cutCount)
        try container.encode(isWhole, forKey: .isWhole)
        try container.encode(pan, forKey: .pan)
        try container.encode(tilt, forKey: .tilt)
        try container.encode(zoom, forKey: .zoom)
        try container.encode(preset, forKey: .preset)
    }
}

/// How what a camera tells of itself is read, on the wire; counted since the capture process began with it.
package struct MetadataStatusResource: Hashable, Codable, Sendable {
    package var documents: Int
    package var refused: Int
    package var dropped: Int
    package var refusedPieces: Int
    package var notifications: Int
    package var frames: Int
    package var duplicates: Int
    package var kept: Int
    package var cut: Int
    package var unkept: Int
    package var openEvents: Int
    package var refusedEvents: Int
    /// The most frequent topics nobody here knows, with how often they came.
    package var unknownTopics: [String: Int]
    package var lastDocument: UTCTime?
    package var trouble: String?

    package init(_ status: MetadataStatus) {
        documents = status.documents
        refused = status.refused
        dropped = status.dropped
        refusedPieces = status.refusedPieces
        notifications = status.notifications
        frames = status.frames
        duplicates = status.duplicates
        kept = status.kept
        cut = status.cut
        unkept = status.unkept
        openEvents = status.openEvents
        refusedEvents = status.refusedEvents
        unknownTopics = status.unknownTopics
        lastDocument = status.lastDocument
        trouble = status.trouble
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case documents, refused, dropped, notifications, frames, duplicates, kept, cut, unkept, trouble
        case refusedPieces = "refused_pieces"
        case openEvents = "open_events"
        case refusedEvents = "refused_events"
        case unknownTopics = "unknown_topics"
        case lastDocument = "last_document"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(documents, forKey: .documents)
        try container.encode(refused, forKey: .refused)
        try container.encode(dropped, forKey: .dropped)
        try container.encode(refusedPieces, forKey: .refusedPieces)
        try container.encode(notifications, forKey: .notifications)
        try container.encode(frames, forKey: .frames)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(kept, forKey: .kept)
        try container.encode(cut, forKey: .cut)
        try container.encode(unkept, forKey: .unkept)
        try container.encode(openEvents, forKey: .openEvents)
        try container.encode(refusedEvents, forKey: .refusedEvents)
        try container.encode(unknownTopics, forKey: .unknownTopics)
        try container.encode(lastDocument, forKey: .lastDocument)
        try container.encode(trouble, forKey: .trouble)
    }
}
