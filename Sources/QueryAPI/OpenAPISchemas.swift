import MKDSCore

/// The schemas of the answers. A property whose name ends in `?` may be absent; all others are always there.
enum OpenAPISchemas {
    static let all: [String: JSONValue] = [
        "Event": object([
            "id": uuid, "revision": integer, "camera": text, "kind": choice(EventKind.self),
            "source": choice(EventSource.self), "topic": text, "state": choice(EventResource.State.allCases),
            "start": time, "end": nullable(time), "last_seen": time, "end_reason": nullable(choice(EndReason.self)),
            "duration_s": number, "clock": choice(ClockSource.self), "uncertainty_ms": nullable(number),
            "time_check": choice(TimeCheck.self), "arrival_time": nullable(time), "media_time_s": nullable(number),
            "camera_time": nullable(time), "clock_offset_ms": nullable(number), "offset_age_s": nullable(number),
            "peak": number, "peak_time": nullable(time), "box": nullable(reference("Box")),
            "cells": nullable(["type": "string", "pattern": "^[0-9a-f]{64}$"]), "detail": text,
            "place": reference("Place"), "linked": list(uuid), "change": integer,
        ]),
        "Document": object([
            "id": uuid, "camera": text, "received": time, "path": choice(DocumentPath.self),
            "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"], "bytes": integer, "compressed": boolean,
            "cut": integer, "whole": boolean, "pan": nullable(number), "tilt": nullable(number),
            "zoom": nullable(number),
            "preset": nullable(text),
        ]),
        "DocumentPage": page("Document"),
        "MetadataStatus": object([
            "documents": integer, "refused": integer, "dropped": integer, "refused_pieces": integer,
            "notifications": integer, "frames": integer, "duplicates": integer, "kept": integer, "cut": integer,
            "unkept": integer, "open_events": integer, "refused_events": integer,
            "unknown_topics": ["type": "object", "additionalProperties": integer], "last_document": nullable(time),
            "trouble": nullable(text),
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
        "Truncation": object(["truncated": ["const": true], "rows": integer, "next_cursor": text]),
        "OfficialPage": page("Official"),
        "EventPage": object([
            "items": list(reference("Event")), "next_cursor": nullable(text),
            "coverage": nullable(reference("SearchCoverage")),
        ]),
        "SearchCoverage": object([
            "from": time, "to": time, "cameras": integer, "incomplete_cameras": integer, "missing_s": number,
            "gaps": list(reference("Coverage")), "truncated": boolean,
        ]),
        "Coverage": object([
            "camera": text, "state": choice(CoverageState.allCases), "reason": nullable(text), "from": time, "to": time,
            "duration_s": number, "since": time, "event": nullable(uuid),
        ]),
        "CoveragePage": page("Coverage"), "CameraPage": page("Camera"), "AreaPage": page("Area"),
        "Camera": object([
            "id": text, "name": text, "owner": text, "purpose_class": choice(PurposeClass.allCases),
            "legal_basis": text, "url": text, "credential": nullable(text), "trust": nullable(text),
            "onvif": nullable(reference("OnvifAccess")),
            "mast": nullable(reference("Point")),
            "scene": nullable(reference("Point")), "view": nullable(reference("Polygon")),
            "border_okrsek": nullable(text), "retention_hours": integer,
            "enabled": boolean, "motion": reference("MotionSettings"), "status": nullable(reference("CameraStatus")),
        ]),
        "Stream": object([
            "id": uuid, "camera": text, "codec": text, "profile": text, "level": nullable(text), "width": integer,
            "height": integer, "frame_rate": number, "announced_frame_rate": nullable(number),
            "gop_s": nullable(number), "bit_rate": number, "first_packet": time, "last_packet": time,
            "packets": integer, "bytes": integer, "end_reason": nullable(choice(EndReason.self)),
            "clock": choice(ClockSource.self), "signing": nullable(choice(MediaSigning.self)),
            "user_data": list(uuid), "registered_user_data": boolean, "picture_timing": boolean,
            "metadata": list(choice(MetadataFormat.self)), "klv": nullable(reference("KLV")),
        ]),
        "KLV": object(["label": uuid, "rate": number, "timestamp": nullable(time)]),
        "StreamPage": page("Stream"),
        "BitrateSeries": object([
            "camera": text, "from": time, "to": time, "step_s": integer, "items": list(reference("Bitrate")),
        ]),
        "Bitrate": object([
            "start": time, "covered_s": number, "bytes": integer, "bit_rate": number, "packets": integer,
            "frame_rate": number, "keyframes": integer, "missed": integer, "longest_pause_s": nullable(number),
            "gop_s": nullable(number), "longest_gop_s": nullable(number),
        ]),
        "OnvifAccess": object(["url": text, "events": choice(OnvifAccess.Events.allCases)]),
        "MotionSettings": object([
            "masks": list(list(list(number))), "minimum_area": number, "sensitivity": number, "quiet_seconds": number,
            "pictures_per_second": number, "ignored_trouble": list(choice(SightTrouble.allCases)),
        ]),
        "CameraStatus": object([
            "state": ["type": "string", "enum": ["connecting", "live", "waiting", "finished"]], "since": time,
            "reason": nullable(text), "detail": nullable(text), "codec": nullable(text), "width": nullable(integer),
            "height": nullable(integer), "frame_rate": nullable(number), "bit_rate": nullable(number),
            "last_packet": nullable(time), "reconnects": integer, "damaged": integer,
            "clock": nullable(choice(ClockSource.self)), "clock_offset_ms": nullable(number),
            "uncertainty_ms": nullable(number), "metadata": nullable(reference("MetadataStatus")),
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
    ].merging(reports) { first, _ in first }.merging(probes) { first, _ in first }

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

    static let text: JSONValue = ["type": "string"]
    static let number: JSONValue = ["type": "number"]
    static let integer: JSONValue = ["type": "integer"]
    static let boolean: JSONValue = ["type": "boolean"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let area = nullable(reference("AreaReference"))

    static func nullable(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    static func choiceOf(_ names: [String]) -> JSONValue {
        ["type": "string", "enum": .array(names.map(JSONValue.string))]
    }

    static func choice<Value: WireNamed>(_ type: Value.Type) -> JSONValue {
        choiceOf(type.allCases.map(\.wireName))
    }

    static func choice(_ values: [some RawRepresentable<String>]) -> JSONValue {
        choiceOf(values.map(\.rawValue))
    }

    private static func page(_ item: String) -> JSONValue {
        object(["items": list(reference(item)), "next_cursor": nullable(text)])
    }

    static func object(_ properties: [String: JSONValue]) -> JSONValue {
        let required = properties.keys.filter { !$0.hasSuffix("?") }.sorted()
        let named = properties.map { ($0.key.hasSuffix("?") ? String($0.key.dropLast()) : $0.key, $0.value) }
        return [
            "type": "object", "properties": .object(Dictionary(uniqueKeysWithValues: named)),
            "required": .array(required.map(JSONValue.string)),
        ]
    }
}
