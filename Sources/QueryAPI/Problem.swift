package import MKDSCore

/// An error answer (RFC 9457, `application/problem+json`), said in English and in Czech.
package struct Problem: Error, Hashable, Codable, Sendable {
    /// One single complaint, of a parameter or of one feature or line of an imported document.
    package struct Item: Hashable, Codable, Sendable {
        /// What the complaint is about.
        package enum Subject: String, CaseIterable, Codable, Sendable {
            case parameter
            /// The imported document as a whole.
            case document
            /// A feature of a GeoJSON document, ``number`` counted from 1.
            case feature
            /// A line of a CSV file, ``number`` counted from 1.
            case line
        }

        package var severity: ImportProblem.Severity
        package var item: Subject
        package var number: Int?
        /// Name, code or id of the thing itself where the document tells it.
        package var name: String?
        /// Name of the parameter, property or column.
        package var field: String?
        package var message: String
        package var messageCS: String

        package init(parameter: String, message: String, messageCS: String) {
            severity = .error
            item = .parameter
            field = parameter
            self.message = message
            self.messageCS = messageCS
        }

        package init(_ problem: ImportProblem) {
            severity = problem.severity
            item =
                switch problem.item {
                case .document: .document
                case .feature: .feature
                case .line: .line
                }
            number = problem.number
            name = problem.name
            field = problem.field
            message = problem.message
            messageCS = problem.messageCs
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case severity, item, number, name, field, message
            case messageCS = "message_cs"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(severity, forKey: .severity)
            try container.encode(item, forKey: .item)
            try container.encode(number, forKey: .number)
            try container.encode(name, forKey: .name)
            try container.encode(field, forKey: .field)
            try container.encode(message, forKey: .message)
            try container.encode(messageCS, forKey: .messageCS)
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
