internal import MKDSCore
internal import Postgres

/// Where an event of one camera lies during one span, ready for its row.
struct Placement: Hashable, Sendable {
    var validFrom: UTCTime
    /// First moment it no longer answers for; nil for no end.
    var validTo: UTCTime?
    /// `place_basis, point, okrsek, on_border, obvod, obec, touched` in binary COPY form, lengths included.
    var encoded: [UInt8]
    /// False when nothing is known: then it is no spot to look for.
    var isPlaced: Bool

    /// The place of a camera the register does not know (any more).
    static let unknown = Placement(
        validFrom: UTCTime(microseconds: .min), validTo: nil,
        encoded: Placement.encode(
            basis: 0, point: nil, okrsek: nil, onBorder: false, obvod: nil, obec: nil, touched: []),
        isPlaced: false)

    static func encode(
        basis: Int16, point: [UInt8]?, okrsek: Int64?, onBorder: Bool, obvod: Int64?, obec: Int64?, touched: [Int64]
    ) -> [UInt8] {
        var writer = BinaryCopyWriter(capacity: 256)
        writer.int2(basis)
        if let point { writer.bytea(point) } else { writer.null() }
        if let okrsek { writer.int8(okrsek) } else { writer.null() }
        writer.bool(onBorder)
        if let obvod { writer.int8(obvod) } else { writer.null() }
        if let obec { writer.int8(obec) } else { writer.null() }
        writer.int8Array(touched)
        return writer.withBytes { Array($0) }
    }
}

/// Places of cameras by span of validity, read from `mkds.camera_place` when first needed and kept until the register
/// changes.
struct PlacementCache: Sendable {
    /// Cameras remembered at once; at more, all are forgotten and read again when needed. Above a batch's own cameras.
    private static let limit = 100_000

    private var spans: [CameraID: [Placement]] = [:]
    /// Places known to be in `mkds.event_spot`.
    private(set) var knownSpots: Set<Spot> = []

    struct Spot: Hashable, Sendable {
        var camera: CameraID
        var validFrom: UTCTime
        var encoded: [UInt8]

        /// One is looked up for each row; camera and span tell nearly all apart, equality looks at the rest.
        func hash(into hasher: inout Hasher) {
            hasher.combine(camera)
            hasher.combine(validFrom)
        }
    }

    /// Forgets all; what is asked next is read anew.
    mutating func invalidate() {
        spans = [:]
        knownSpots = []
    }

    /// Those of a batch's cameras of which nothing has been read yet, or is remembered any more.
    mutating func missing(_ cameras: Set<CameraID>) -> [CameraID] {
        // Names come from the journal; a capture process that was taken over may invent any number of them.
        if spans.count + cameras.count > Self.limit { spans = [:] }
        return cameras.filter { spans[$0] == nil }
    }

    mutating func add(_ read: [CameraID: [Placement]], for cameras: [CameraID]) {
        for camera in cameras {
            spans[camera] = read[camera, default: []].sorted { $0.validFrom < $1.validFrom }
        }
    }

    mutating func remember(_ spots: Set<Spot>) { knownSpots.formUnion(spots) }

    /// The place in force for `camera` at `time`: the start of the event decides, once.
    func place(of camera: CameraID, at time: UTCTime) -> Placement {
        guard let spans = spans[camera] else { return .unknown }
        let span = spans.last { $0.validFrom <= time }
        guard let span, span.validTo.map({ time < $0 }) ?? true else { return .unknown }
        return span
    }

    /// Reads the spans of `cameras`.
    static func read(
        _ cameras: [CameraID], _ connection: isolated PostgresConnection
    ) throws -> [CameraID: [Placement]] {
        let rows = try connection.query(
            """
            SELECT camera, valid_from, valid_to, basis, point, okrsek, on_border, obvod, obec, touched
            FROM mkds.camera_place WHERE camera = ANY ($1)
            """, [.textArray(cameras.map(\.rawValue))])
        var places: [CameraID: [Placement]] = [:]
        for row in rows {
            guard let camera = CameraID(try row.text("camera")) else { continue }
            let basis = Int16(clamping: try row.int("basis"))
            places[camera, default: []].append(
                Placement(
                    validFrom: try row.time("valid_from"), validTo: try row.optionalTime("valid_to"),
                    encoded: Placement.encode(
                        basis: basis, point: try row.optionalBytes("point"), okrsek: try row.optionalInt("okrsek"),
                        onBorder: try row.bool("on_border"), obvod: try row.optionalInt("obvod"),
                        obec: try row.optionalInt("obec"), touched: try row.intArray("touched")),
                    isPlaced: basis != 0))
        }
        return places
    }
}
