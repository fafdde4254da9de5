package import MKDSCore

/// How the whole daemon fares, part by part.
package struct HealthReport: Hashable, Codable, Sendable {
    /// Worst first when ordered from the end: `ok < degraded < failing`.
    package enum Status: String, CaseIterable, Comparable, Codable, Sendable {
        case ok
        /// It works, but a person should look: something is missing or late.
        case degraded
        /// Events are not being captured, kept or answered.
        case failing

        package static func < (left: Status, right: Status) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// One part of the daemon: `database`, `loader`, `spool`, `cameras`, `host_clock`, `camera_clocks`,
    /// `capture/<group>`.
    package struct Component: Hashable, Codable, Sendable {
        package var name: String
        package var status: Status
        /// Why it is not `ok`, one plain sentence; `null` when it is.
        package var reason: String?
        /// The same in Czech.
        package var reasonCS: String?
        /// Figures with the unit in the name: `rows_loaded`, `lag_s`.
        package var figures: [String: Double]

        package init(
            name: String, status: Status = .ok, reason: String? = nil, reasonCS: String? = nil,
            figures: [String: Double] = [:]
        ) {
            self.name = name
            self.status = status
            self.reason = reason
            self.reasonCS = reasonCS
            self.figures = figures
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case name, status, reason, figures
            case reasonCS = "reason_cs"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(status, forKey: .status)
            try container.encode(reason, forKey: .reason)
            try container.encode(reasonCS, forKey: .reasonCS)
            try container.encode(figures, forKey: .figures)
        }
    }

    package var status: Status
    package var time: UTCTime
    package var version: String
    package var started: UTCTime
    package var components: [Component]

    /// The whole is as bad as its worst part.
    package init(time: UTCTime, version: String, started: UTCTime, components: [Component]) {
        status = components.map(\.status).max() ?? .ok
        self.time = time
        self.version = version
        self.started = started
        self.components = components
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case status, time, version, started, components
    }
}
