internal import MKDSCore

/// Gathers what is wrong with one document, at most 100 errors and 100 warnings; the rest is only counted.
struct RegisterProblems: Sendable {
    static let limit = 100

    private(set) var errors: [ImportProblem] = []
    private(set) var warnings: [ImportProblem] = []
    private var unlistedErrors = 0
    private var unlistedWarnings = 0
    /// What the numbers of this document count.
    let item: ImportProblem.Item

    init(item: ImportProblem.Item) {
        self.item = item
    }

    var hasErrors: Bool { !errors.isEmpty }
    var errorCount: Int { errors.count + unlistedErrors }

    /// An error about one feature or line; about the whole document when `number` is nil.
    mutating func error(
        _ number: Int? = nil, name: String? = nil, field: String? = nil, _ message: String, cs messageCs: String
    ) {
        add(problem(.error, number, name, field, message, messageCs))
    }

    /// A warning about one feature or line; about the whole document when `number` is nil.
    mutating func warn(
        _ number: Int?, name: String? = nil, field: String? = nil, _ message: String, cs messageCs: String
    ) {
        add(problem(.warning, number, name, field, message, messageCs))
    }

    /// A warning about the whole document.
    mutating func warn(_ message: String, cs messageCs: String) {
        warn(nil, message, cs: messageCs)
    }

    private mutating func add(_ problem: ImportProblem) {
        switch problem.severity {
        case .error:
            if errors.count < Self.limit { errors.append(problem) } else { unlistedErrors += 1 }
        case .warning:
            if warnings.count < Self.limit { warnings.append(problem) } else { unlistedWarnings += 1 }
        }
    }

    /// The warnings, with a last line that counts those left out.
    var listedWarnings: [ImportProblem] {
        warnings + rest(.warning, unlistedWarnings)
    }

    /// Throws when there is an error: errors first, warnings after them.
    func check(_ code: RegisterError.Code = .invalidDocument) throws(RegisterError) {
        guard hasErrors else { return }
        throw RegisterError(code, problems: errors + rest(.error, unlistedErrors) + listedWarnings)
    }

    private func rest(_ severity: ImportProblem.Severity, _ count: Int) -> [ImportProblem] {
        guard count > 0 else { return [] }
        return [
            ImportProblem(
                severity: severity, message: "and \(count) more of the kind", messageCs: "a dalších \(count) podobných")
        ]
    }

    private func problem(
        _ severity: ImportProblem.Severity, _ number: Int?, _ name: String?, _ field: String?, _ message: String,
        _ messageCs: String
    ) -> ImportProblem {
        ImportProblem(
            severity: severity, item: number == nil ? .document : item, number: number,
            name: name.map { String($0.prefix(100)) }, field: field, message: message, messageCs: messageCs)
    }
}

extension RegisterError {
    /// An error with one problem about the whole document.
    init(_ code: Code, _ message: String, cs messageCs: String) {
        self.init(code, problems: [ImportProblem(message: message, messageCs: messageCs)])
    }
}

/// Text of a foreign document as it may stand in a message: short, on one line, without control characters.
func quotable(_ text: some StringProtocol) -> String {
    let visible = text.unicodeScalars.prefix(60).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) }
    return "\"\(String(visible))\"" + (text.unicodeScalars.count > 60 ? "…" : "")
}
