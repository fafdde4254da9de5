/// An error answer (RFC 9457, `application/problem+json`), said in English and in Czech.
package struct Problem: Error, Hashable, Codable, Sendable {
    /// One single complaint, of a parameter or of one feature or line of an import.
    package struct Item: Hashable, Codable, Sendable {
        package enum Severity: String, CaseIterable, Codable, Sendable {
            case error
            case warning
        }

        /// Number of the feature (from 0) or line (from 1) in an imported document; `null` for parameters.
        package var number: Int?
        /// Name of the parameter, property or column.
        package var field: String?
        package var reason: String
        package var reasonCS: String
        package var severity: Severity

        package init(
            number: Int? = nil, field: String?, reason: String, reasonCS: String, severity: Severity = .error
        ) {
            self.number = number
            self.field = field
            self.reason = reason
            self.reasonCS = reasonCS
            self.severity = severity
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case number, field, reason, severity
            case reasonCS = "reason_cs"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(number, forKey: .number)
            try container.encode(field, forKey: .field)
            try container.encode(reason, forKey: .reason)
            try container.encode(reasonCS, forKey: .reasonCS)
            try container.encode(severity, forKey: .severity)
        }
    }

    /// A stable URN: `urn:mkds:problem:` and the ``Kind``.
    package var type: String
    package var title: String
    package var titleCS: String
    /// The HTTP status.
    package var status: Int
    package var detail: String
    package var detailCS: String
    package var problems: [Item]

    package init(_ kind: Kind, detail: String, detailCS: String, problems: [Item] = []) {
        type = kind.type
        title = kind.title
        titleCS = kind.titleCS
        status = kind.status
        self.detail = detail
        self.detailCS = detailCS
        self.problems = problems
    }

    /// Nil for a type this program does not know.
    package var kind: Kind? { Kind.allCases.first { $0.type == type } }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case type, title, status, detail, problems
        case titleCS = "title_cs"
        case detailCS = "detail_cs"
    }
}

extension Problem: CustomStringConvertible {
    package var description: String { "\(title): \(detail)" }
}
