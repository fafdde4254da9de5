import MKDSCore

/// The parameters of each route, as the OpenAPI document says them.
enum OpenAPIParameters {
    private typealias Name = EventQuery.Name

    static let eventID = inPath(["type": "string", "format": "uuid"], "The event's id.")
    static let documentID = inPath(["type": "string", "format": "uuid"], "The document's id.")
    static let cameraID = inPath(["type": "string"], "The camera's id.")

    static let events =
        filter + [
            parameter(
                Name.limit, ["type": "integer", "minimum": 1, "maximum": 1_000_000],
                "Most rows: up to 1000 as JSON (default 100), up to 1000000 as NDJSON or CSV (default 100000)."),
            parameter(Name.cursor, text, "next_cursor of an earlier answer."),
        ]

    static let stream =
        filter + [
            parameter(
                Name.lastEventID, ["type": "integer", "minimum": 0],
                "Resume after this change; also as header Last-Event-ID. Without it the feed begins now.")
        ]

    static let coverage: [JSONValue] = [
        parameter("camera", text, "Ids of cameras, separated by commas; default all of the register."),
        parameter("from", time, "Begin of the span; default a day before its end."),
        parameter("to", time, "End of the span; default now, nothing is told of the future. At most 31 days."),
        parameter(
            Name.limit, ["type": "integer", "minimum": 1, "maximum": 1_000_000],
            "Most rows: up to 1000 as JSON (default 100), up to 1000000 as NDJSON or CSV (default 100000)."),
        parameter(Name.cursor, text, "next_cursor of an earlier answer."),
    ]

    static let streams: [JSONValue] = [
        cameraID,
        parameter("from", time, "Connections that last into or beyond this moment."),
        parameter("to", time, "Connections that begin before this moment."),
        parameter(Name.limit, ["type": "integer", "minimum": 1, "maximum": 1000], "Most rows; default 100."),
        parameter(Name.cursor, text, "next_cursor of an earlier answer."),
    ]

    static let bitrate: [JSONValue] = [
        cameraID,
        parameter("from", time, "Begin of the span; default a day before its end. The last 31 days are kept."),
        parameter("to", time, "End of the span; default now. At most 31 days."),
        parameter(
            "step", ["type": "integer", "minimum": 60, "maximum": 86400, "multipleOf": 60],
            "Seconds put together, at most 2000 steps; default one that makes a few hundred."),
    ]

    static let areas: [JSONValue] = [
        parameter("kind", areaKind, "Only this kind."),
        parameter("obec", text, "Only areas of the town with this code."),
        parameter("at", time, "Versions in force at this moment; default now."),
        parameter("geometry", ["type": "boolean", "default": true], "Whether the shapes are told too."),
    ]

    static let officials: [JSONValue] = [
        parameter("kind", areaKind, "Only those in charge of areas of this kind."),
        parameter("code", text, "Only those in charge of the area with this code."),
        parameter("at", time, "Terms in force at this moment; default now."),
    ]

    static let place: [JSONValue] = [
        parameter("point", text, "longitude,latitude in degrees.", isRequired: true),
        parameter("at", time, "Maps and terms in force at this moment; default now."),
    ]

    static let areaImport: [JSONValue] = [
        parameter("kind", areaKind, "Kind of all areas in the document.", isRequired: true),
        parameter("obec", text, "Code of the town."),
        parameter("valid_from", time, "First moment at which the map is in force.", isRequired: true),
        parameter("srid", ["type": "integer", "enum": [4326, 5514]], "Coordinate system of the document."),
        parameter("accept_overlaps", flag, "Import although areas overlap by 1 % or more."),
        parameter("dry_run", flag, "Check and report, store nothing."),
        parameter("source", text, "Name of the document, for the log."),
        parameter("code_property", text, "Property that holds the code."),
        parameter("name_property", text, "Property that holds the name."),
    ]

    static let imports: [JSONValue] = [
        parameter("dry_run", flag, "Check and report, store nothing."),
        parameter("replace", flag, "Withdraw what the document does not name."),
        parameter("source", text, "Name of the document, for the log."),
    ]

    private static let filter: [JSONValue] = [
        parameter(Name.from, time, "Events that last into or beyond this moment."),
        parameter(Name.to, time, "Events that start before this moment."),
        parameter(Name.okrsek, text, "Code of the okrsek the event lies in."),
        parameter(Name.touched, flag, "With okrsek: also events of cameras whose view touches it."),
        parameter(Name.obvod, text, "Code of the obvod the event lies in."),
        parameter(Name.camera, text, "Ids of cameras, separated by commas."),
        parameter(
            Name.kind, text,
            "Kinds, separated by commas: \(EventKind.allCases.map(\.wireName).joined(separator: ", "))."),
        parameter(
            Name.source, ["type": "string", "enum": .array(EventSource.allCases.map { .string($0.wireName) })],
            "Only events the camera itself told of, or only those found by the server. Without it both are listed, each "
                + "naming the other in `linked`."),
        parameter(Name.near, text, "longitude,latitude,metres: events in this circle."),
        parameter(
            Name.minimumDuration, ["type": "number", "minimum": 0, "maximum": 86400], "Seconds an event lasts at least."
        ),
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean", "default": false]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let areaKind: JSONValue = [
        "type": "string", "enum": .array(AreaKind.allCases.map { .string($0.rawValue) }),
    ]

    private static func parameter(
        _ name: String, _ schema: JSONValue, _ description: String, isRequired: Bool = false
    ) -> JSONValue {
        [
            "name": .string(name), "in": "query", "required": .boolean(isRequired), "schema": schema,
            "description": .string(description),
        ]
    }

    private static func inPath(_ schema: JSONValue, _ description: String) -> JSONValue {
        ["name": "id", "in": "path", "required": true, "schema": schema, "description": .string(description)]
    }
}
