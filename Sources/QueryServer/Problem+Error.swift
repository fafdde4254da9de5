internal import EventIndex
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

extension Problem {
    /// The answer to an error of the parts below. What the client may read holds no secret and no database text.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as RegisterError: self.init(error)
        case is NIOTooManyBytesError:
            self.init(
                .bodyTooLarge, detail: "The document is larger than this server takes.",
                detailCS: "Dokument je větší, než tento server přijímá.")
        case is CancellationError:
            self.init(
                .databaseUnavailable, detail: "mkdsd is stopping; ask again in a few seconds.",
                detailCS: "mkdsd se zastavuje; zeptejte se znovu za několik sekund.")
        default:
            self.init(
                .internalError, detail: "mkdsd made a mistake; its log says more.",
                detailCS: "mkdsd udělal chybu; více je v jeho záznamu.")
        }
    }

    private init(_ error: RegisterError) {
        let items = error.problems.map(Item.init)
        let count = error.problems.count { $0.severity == .error }
        switch error.code {
        case .invalidDocument:
            self.init(
                .importRefused, detail: "The document has \(count) errors; nothing was imported.",
                detailCS: "Počet chyb v dokumentu: \(count); nic nebylo importováno.", problems: items)
        case .tooLarge:
            self.init(
                .bodyTooLarge, detail: "The document exceeds a limit; nothing was imported.",
                detailCS: "Dokument překračuje některou mez; nic nebylo importováno.", problems: items)
        case .conflict:
            self.init(
                .importRefused, detail: "The document contradicts what the register holds; nothing was imported.",
                detailCS: "Dokument odporuje tomu, co je v registru; nic nebylo importováno.", problems: items)
        case .database:
            self = Self.databaseAway
        }
    }

    /// The database does not answer.
    static var databaseAway: Problem {
        Problem(
            .databaseUnavailable, detail: "Cameras are still being captured; ask again in a few seconds.",
            detailCS: "Kamery se snímají dál; zeptejte se znovu za několik sekund.")
    }
}
