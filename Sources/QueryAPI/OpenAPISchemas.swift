import MKDSCore

/// The schemas of the answers. A property whose name ends in `?` may be absent; all others are always there.
enum OpenAPISchemas {
    static let all: [String: JSONValue] = [
        "Event": object([
            "id": uuid, "revision": integer, "camera": text, "kind": choice(EventKind.self),
            "source": choice(EventSource.self), "topic": text, "state": choice(EventResource.State.allCases),
            "start": time, "end": nullable(time), "last_seen": time, "end_reason": nullable(choice(EndReason.self)),
            "duration_s": number, "clock": choice(ClockSource.self), "uncertainty_ms": nullable(number),
            "peak": number, "peak_time": nullable(time), "box": nullable(reference("Box")),
            "cells": nullable(["type": "string", "pattern": "^[0-9a-f]{64}$"]), "detail": text,
            "place": reference("Place"), "change": integer,
        ]),
        "Place": object([
            "basis": choice(PlaceBasis.self), "point": nullable(reference("Point")), "okrsek": area, "obvod": area,
            "obec": area, "on_border": boolean, "touched": list(reference("AreaReference")),
        ]),
        "Box": object(["left": number, "top": number, "right": number, "bottom": number]),
        "Point": object(["type": ["const": "Point"], "coordinates": list(number)]),
        "Polygon": object(["type": ["const": "Polygon"], "coordinates": list(list(list(number)))]),
        "MultiPolygon": object(["type": ["const": "MultiPolygon"], "coordinates": list(list(list(list(number))))]),
        "AreaReference": object(["id": integer, "kind": choice(AreaKind.allCases), "code": text, "name": text]),
        "Heartbeat": object(["change": integer]),
        "EventPage": page("Event"), "CameraPage": page("Camera"), "AreaPage": page("Area"),
        "Camera": object([
            "id": text, "name": text, "owner": text, "purpose_class": choice(PurposeClass.allCases),
            "legal_basis": text, "url": text, "credential": nullable(text), "mast": nullable(reference("Point")),
            "scene": nullable(reference("Point")), "view": nullable(reference("Polygon")), "retention_hours": integer,
            "enabled": boolean, "motion": reference("MotionSettings"), "status": nullable(reference("CameraStatus")),
        ]),
        "MotionSettings": object([
            "masks": list(list(list(number))), "minimum_area": number, "sensitivity": number, "quiet_seconds": number,
            "pictures_per_second": number,
        ]),
        "CameraStatus": object([
            "state": ["type": "string", "enum": ["connecting", "live", "waiting", "finished"]], "since": time,
            "reason": nullable(text), "detail": nullable(text), "codec": nullable(text), "width": nullable(integer),
            "height": nullable(integer), "frame_rate": nullable(number), "bit_rate": nullable(number),
            "last_packet": nullable(time), "reconnects": integer, "damaged": integer,
        ]),
        "Area": object([
            "id": integer, "kind": choice(AreaKind.allCases), "code": text, "name": text, "obec": text,
            "valid_from": time, "valid_to?": time, "m2": number, "geometry?": reference("MultiPolygon"),
        ]),
        "Official": object([
            "role": choice(OfficialRole.allCases), "body": text, "person": text, "phone?": text,
            "kind": choice(AreaKind.allCases), "code": text, "area?": text, "valid_from": time, "valid_to?": time,
        ]),
        "PlaceAnswer": object([
            "point": list(number), "at": time, "okrsek?": reference("AreaReference"), "on_border": boolean,
            "obvod?": reference("AreaReference"), "obec?": reference("AreaReference"),
            "officials": list(reference("Official")), "unstaffed": boolean,
        ]),
        "HealthReport": object([
            "status": choice(HealthReport.Status.allCases), "time": time, "version": text, "started": time,
            "components": list(reference("HealthComponent")),
        ]),
        "HealthComponent": object([
            "name": text, "status": choice(HealthReport.Status.allCases), "reason": nullable(text),
            "reason_cs": nullable(text), "figures": ["type": "object", "additionalProperties": number],
        ]),
        "Problem": object([
            "type": choiceOf(Problem.Kind.allCases.map(\.type)), "title": text, "title_cs": text, "status": integer,
            "detail": text, "detail_cs": text, "problems": list(reference("ProblemItem")),
        ]),
        "ProblemItem": object([
            "severity": choiceOf(["error", "warning"]), "item": choice(Problem.Item.Subject.allCases),
            "number": nullable(integer), "name": nullable(text), "field": nullable(text), "message": text,
            "message_cs": text,
        ]),
    ].merging(reports) { first, _ in first }

    /// What imports answer.
    private static let reports: [String: JSONValue] = [
        "ImportProblem": object([
            "severity": choiceOf(["error", "warning"]), "item": choiceOf(["document", "feature", "line"]),
            "number?": integer, "name?": text, "field?": text, "message": text, "message_cs": text,
        ]),
        "AreaLabel": object(["code": text, "name": text]),
        "AreaImportReport": object([
            "kind": choice(AreaKind.allCases), "obec": text, "source": text, "sha256": text, "valid_from": time,
            "valid_to?": time, "srid": integer, "transformation": text, "area_count": integer, "m2": number,
            "overlaps": list(reference("Overlap")), "gaps": list(reference("AreaGap")), "cover?": reference("Cover"),
            "superseded": list(reference("AreaReference")), "warnings": list(reference("ImportProblem")),
            "dry_run": boolean, "unchanged": boolean, "import_id?": integer, "cameras_moved": list(text),
        ]),
        "Overlap": object([
            "first": reference("AreaLabel"), "second": reference("AreaLabel"), "m2": number, "share": number,
        ]),
        "AreaGap": object(["m2": number, "point": list(number), "neighbours": list(reference("AreaLabel"))]),
        "Cover": object([
            "obec": reference("AreaLabel"), "missing_m2": number, "outside_m2": number, "share": number,
        ]),
        "CameraImportReport": object([
            "source": text, "added": integer, "changed": integer, "unchanged": integer, "disabled": list(text),
            "cameras": list(reference("PlacedCamera")), "warnings": list(reference("ImportProblem")),
            "dry_run": boolean,
        ]),
        "PlacedCamera": object([
            "camera": text, "name": text, "okrsek?": reference("AreaReference"), "on_border": boolean,
            "touched": list(reference("AreaReference")),
        ]),
        "OfficialImportReport": object([
            "source": text, "added": integer, "changed": integer, "unchanged": integer, "ended": integer,
            "warnings": list(reference("ImportProblem")), "dry_run": boolean,
        ]),
    ]

    // MARK: Parts

    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private static let text: JSONValue = ["type": "string"]
    private static let number: JSONValue = ["type": "number"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let boolean: JSONValue = ["type": "boolean"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let area = nullable(reference("AreaReference"))

    private static func nullable(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    private static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    private static func choiceOf(_ names: [String]) -> JSONValue {
        ["type": "string", "enum": .array(names.map(JSONValue.string))]
    }

    private static func choice<Value: WireNamed>(_ type: Value.Type) -> JSONValue {
        choiceOf(type.allCases.map(\.wireName))
    }

    private static func choice(_ values: [some RawRepresentable<String>]) -> JSONValue {
        choiceOf(values.map(\.rawValue))
    }

    private static func page(_ item: String) -> JSONValue {
        object(["items": list(reference(item)), "next_cursor": nullable(text)])
    }

    private static func object(_ properties: [String: JSONValue]) -> JSONValue {
        let required = properties.keys.filter { !$0.hasSuffix("?") }.sorted()
        let named = properties.map { ($0.key.hasSuffix("?") ? String($0.key.dropLast()) : $0.key, $0.value) }
        return [
            "type": "object", "properties": .object(Dictionary(uniqueKeysWithValues: named)),
            "required": .array(required.map(JSONValue.string)),
        ]
    }
}
