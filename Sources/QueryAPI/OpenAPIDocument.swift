internal import MKDSCore

/// The contract as OpenAPI 3.1, served at `/v1/openapi.json`. Tests hold it against the answers of the real server.
package enum OpenAPIDocument {
    package static let json: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "mkdsd query API", "version": .string(ProductVersion.text),
            "summary": "Events of a town's cameras, by time, place and okrsek.",
            "description": """
            HTTP/1.1 over a Unix socket; the kernel names the caller. Times are RFC 3339 in UTC, shapes GeoJSON \
            (EPSG:4326). Errors are RFC 9457 problems in English and Czech.
            """,
            "license": ["name": "EUPL-1.2", "identifier": "EUPL-1.2"],
        ],
        "servers": [["url": "http://localhost", "description": "Through the Unix socket /run/mkds/query.sock"]],
        "paths": paths,
        "components": ["schemas": .object(OpenAPISchemas.all), "responses": ["Problem": problem]],
    ]

    private static let problem: JSONValue = [
        "description": "What went wrong and what to do.",
        "content": [MediaTypeName.problem: ["schema": OpenAPISchemas.reference("Problem")]],
    ]

    private static var paths: JSONValue {
        [
            APIPath.events: [
                "get": operation(
                    "listEvents", "Events, newest first.", OpenAPIParameters.events,
                    [
                        MediaTypeName.json: ["schema": OpenAPISchemas.reference("EventPage")],
                        MediaTypeName.lines: [
                            "schema": [
                                "type": "string",
                                "description": "An Event a line; a last line Truncation when the limit cut it off.",
                            ]
                        ],
                        MediaTypeName.csv: ["schema": ["type": "string"]],
                    ])
            ],
            APIPath.eventStream: [
                "get": operation(
                    "followEvents",
                    "Live feed (Server-Sent Events): `event` carries an Event, `heartbeat` a Heartbeat.",
                    OpenAPIParameters.stream, [MediaTypeName.eventStream: ["schema": ["type": "string"]]])
            ],
            APIPath.events + "/{id}": [
                "get": operation("getEvent", "One event.", [OpenAPIParameters.eventID], answer("Event"))
            ],
            APIPath.events + "/{id}/documents": [
                "get": operation(
                    "listEventDocuments",
                    "The camera's documents that opened, extended or closed an event, oldest first.",
                    [OpenAPIParameters.eventID], answer("DocumentPage"))
            ],
            APIPath.documents + "/{id}": [
                "get": operation(
                    "getDocument",
                    "The bytes of a camera's document as they are kept: XML or gzip, without face and plate data.",
                    [OpenAPIParameters.documentID],
                    [MediaTypeName.bytes: ["schema": ["type": "string", "format": "binary"]]])
            ],
            APIPath.cameras: ["get": operation("listCameras", "Cameras and their state.", [], answer("CameraPage"))],
            APIPath.cameras + "/{id}": [
                "get": operation("getCamera", "One camera.", [OpenAPIParameters.cameraID], answer("Camera"))
            ],
            APIPath.cameras + "/{id}/streams": [
                "get": operation(
                    "listStreams", "Connections to a camera's stream and what each told of itself, newest first.",
                    OpenAPIParameters.streams, answer("StreamPage"))
            ],
            APIPath.cameras + "/{id}/bitrate": [
                "get": operation(
                    "getBitrate", "What came from a camera over time.", OpenAPIParameters.bitrate,
                    answer("BitrateSeries"))
            ],
            APIPath.coverage: [
                "get": operation(
                    "getCoverage", "What each camera could and could not see, by camera and time.",
                    OpenAPIParameters.coverage,
                    [
                        MediaTypeName.json: ["schema": OpenAPISchemas.reference("CoveragePage")],
                        MediaTypeName.lines: ["schema": ["type": "string"]],
                        MediaTypeName.csv: ["schema": ["type": "string"]],
                    ])
            ],
            APIPath.areas: [
                "get": operation("listAreas", "Areas in force.", OpenAPIParameters.areas, answer("AreaPage"))
            ],
            APIPath.officials: [
                "get": operation(
                    "listOfficials", "People in charge of areas, in term.", OpenAPIParameters.officials,
                    answer("OfficialPage"))
            ],
            APIPath.place: [
                "get": operation(
                    "locate", "Where a point lies and who is in charge there.", OpenAPIParameters.place,
                    answer("PlaceAnswer"))
            ],
            APIPath.health: [
                "get": operation(
                    "getHealth", "How the daemon fares; status 503 with the same body when it is failing.", [],
                    answer("HealthReport"))
            ],
            APIPath.openAPI: [
                "get": operation(
                    "getContract", "This document.", [], [MediaTypeName.json: ["schema": ["type": "object"]]])
            ],
            APIPath.areaImports: [
                "post": operation(
                    "importAreas", "Import a map of areas (administrators).", OpenAPIParameters.areaImport,
                    answer("AreaImportReport"), body: [MediaTypeName.geoJSON])
            ],
            APIPath.cameraImports: [
                "post": operation(
                    "importCameras", "Import cameras (administrators).", OpenAPIParameters.imports,
                    answer("CameraImportReport"), body: [MediaTypeName.csv, MediaTypeName.geoJSON])
            ],
            APIPath.officialImports: [
                "post": operation(
                    "importOfficials", "Import people in charge (administrators).", OpenAPIParameters.imports,
                    answer("OfficialImportReport"), body: [MediaTypeName.csv])
            ],
            APIPath.cameraProbes: [
                "post": operation(
                    "probeCamera",
                    "Look at a camera: what it offers, what it will cost, what is wrong with it (administrators). A "
                        + "ProbeMessage a line as it goes on; the last one holds the report or a problem.", [],
                    [MediaTypeName.lines: ["schema": OpenAPISchemas.reference("ProbeMessage")]],
                    object: "ProbeQuery")
            ],
            APIPath.cameraDiscoveries: [
                "post": operation(
                    "discoverCameras",
                    "Search the server's own networks for ONVIF cameras (administrators). A DiscoveryMessage a line as it "
                        + "goes on; the last one holds the report or a problem.", [],
                    [MediaTypeName.lines: ["schema": OpenAPISchemas.reference("DiscoveryMessage")]],
                    object: "DiscoveryQuery")
            ],
        ]
    }

    private static func answer(_ schema: String) -> [String: JSONValue] {
        [MediaTypeName.json: ["schema": OpenAPISchemas.reference(schema)]]
    }

    private static func operation(
        _ id: String, _ summary: String, _ parameters: [JSONValue], _ content: [String: JSONValue],
        body: [String] = [], object: String? = nil
    ) -> JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .string(id), "summary": .string(summary), "parameters": .array(parameters),
            "responses": [
                "200": ["description": "The answer.", "content": .object(content)],
                "default": ["$ref": "#/components/responses/Problem"],
            ],
        ]
        if !body.isEmpty {
            let types = body.map { ($0, ["schema": ["type": "string"]] as JSONValue) }
            operation["requestBody"] = [
                "required": true, "content": .object(Dictionary(uniqueKeysWithValues: types)),
            ]
        }
        if let object {
            operation["requestBody"] = [
                "required": true,
                "content": .object([MediaTypeName.json: ["schema": OpenAPISchemas.reference(object)]]),
            ]
        }
        return .object(operation)
    }
}
