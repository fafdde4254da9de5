import FoundationEssentials
import MKDSCore

/// Events as CSV (RFC 4180): comma, CRLF, UTF-8, one header line. `mkdsctl` and the server write the same table.
package enum EventTable {
    /// Names of the columns, in order.
    package static let columns = [
        "id", "revision", "camera", "kind", "source", "topic", "state", "start", "end", "last_seen", "end_reason",
        "duration_s", "clock", "uncertainty_ms", "time_check", "arrival_time", "media_time_s", "camera_time",
        "clock_offset_ms", "offset_age_s", "peak", "peak_time", "box_left", "box_top", "box_right", "box_bottom",
        "cells", "basis", "longitude", "latitude", "okrsek", "okrsek_name", "on_border", "obvod", "obvod_name", "obec",
        "obec_name", "touched", "detail", "change", "linked",
    ]

    /// The header line with its end.
    package static let header = columns.joined(separator: ",") + "\r\n"

    /// One event as a line with its end.
    package static func line(_ event: EventResource) -> String {
        let place = event.place
        let point = place.point?.point
        let cells: [String] = [
            event.id.description, "\(event.revision)", text(event.camera.rawValue), event.kind.wireName,
            event.source.wireName, text(event.topic), event.state.rawValue, event.start.description,
            event.end?.description ?? "", event.lastSeen.description, event.endReason?.wireName ?? "",
            "\(event.durationSeconds)", event.clock.wireName, number(event.uncertaintyMilliseconds),
            event.timeCheck.wireName, event.arrivalTime?.description ?? "", number(event.mediaSeconds),
            event.cameraTime?.description ?? "", number(event.clockOffsetMilliseconds), number(event.offsetAgeSeconds),
            "\(event.peak)", event.peakTime?.description ?? "", number(event.box?.left), number(event.box?.top),
            number(event.box?.right), number(event.box?.bottom), event.cells ?? "", place.basis.wireName,
            number(point?.longitude), number(point?.latitude), text(place.okrsek?.code), text(place.okrsek?.name),
            "\(place.onBorder)", text(place.obvod?.code), text(place.obvod?.name), text(place.obec?.code),
            text(place.obec?.name), text(place.touched.map(\.code).joined(separator: " ")), text(event.detail),
            "\(event.change)", text(event.linked.map(\.description).joined(separator: " ")),
        ]
        return cells.joined(separator: ",") + "\r\n"
    }

    /// A text cell: quoted where RFC 4180 asks for it, and with an apostrophe before anything that a spreadsheet would
    /// take for a formula (OWASP, CSV injection).
    package static func text(_ value: String?) -> String {
        guard let value, let first = value.unicodeScalars.first else { return "" }
        let isFormula =
            "=+-@\t\r\n".unicodeScalars.contains(first) || first == "＝" || first == "＋"
            || first == "－" || first == "＠"
        let safe = isFormula ? "'" + value : value
        let needsQuotes = safe.utf8.contains { [34, 44, 10, 13].contains($0) } || safe.first == " " || safe.last == " "
        guard needsQuotes else { return safe }
        // Scalar by scalar: a quotation mark with an accent on it is one character, but still ends the cell.
        var quoted = "\""
        for scalar in safe.unicodeScalars {
            quoted.unicodeScalars.append(scalar)
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }

    private static func number(_ value: (some CustomStringConvertible)?) -> String {
        value.map(\.description) ?? ""
    }
}
