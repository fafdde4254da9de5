package import MKDSCore

/// Why an import stored nothing, or why the register could not be read.
package struct RegisterError: Error, Sendable {
    package enum Code: Sendable {
        /// The document cannot be imported as it is; ``problems`` say why.
        case invalidDocument
        /// The document exceeds a limit of size or number.
        case tooLarge
        /// The document is sound but contradicts what the index holds; ``problems`` say why.
        case conflict
        /// The database did not answer or failed; trying again later may help.
        case database
    }

    package var code: Code
    /// Errors first, then warnings; at most 100 of each.
    package var problems: [ImportProblem]
    /// What the database said, for the log; not for clients.
    package var detail: String

    package init(_ code: Code, problems: [ImportProblem] = [], detail: String = "") {
        self.code = code
        self.problems = problems
        self.detail = detail
    }
}

extension RegisterError: CustomStringConvertible {
    package var description: String {
        let head =
            switch code {
            case .invalidDocument: "the document cannot be imported"
            case .tooLarge: "the document is too large"
            case .conflict: "the document contradicts the register"
            case .database: "the register's database failed"
            }
        return ([head] + problems.map(\.description)).joined(separator: "; ")
    }
}
