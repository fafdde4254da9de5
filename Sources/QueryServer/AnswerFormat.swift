internal import QueryAPI

/// The form in which a client wants a list of events.
enum AnswerFormat: Sendable, CaseIterable {
    case json
    case lines
    case csv

    var mediaType: String {
        switch self {
        case .json: MediaTypeName.json
        case .lines: MediaTypeName.lines
        case .csv: MediaTypeName.csv
        }
    }

    /// Reads `Accept` (RFC 9110 § 12.5.1) as far as needed: the first type we know wins, `*/*` and absence mean JSON.
    /// - Throws: ``Problem`` of kind `not-acceptable`.
    init(accept: String?) throws(Problem) {
        guard let accept else {
            self = .json
            return
        }
        for part in accept.split(separator: ",").prefix(32) {
            let type = part.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
            if type == "*/*" || type == "application/*" {
                self = .json
                return
            }
            if let format = Self.allCases.first(where: { $0.mediaType == type }) {
                self = format
                return
            }
        }
        let known = Self.allCases.map(\.mediaType).joined(separator: ", ")
        throw Problem(
            .notAcceptable, detail: "Events come as \(known).", detailCS: "Události lze dostat jako \(known).")
    }
}
