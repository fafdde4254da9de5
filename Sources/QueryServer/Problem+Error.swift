internal import EventIndex
internal import MKDSCore
internal import QueryAPI

extension Problem {
    /// The answer to an error of the parts below. What the client may read holds no secret and no database text.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as RegisterError: self.init(error)
        case let error as ErrandError: self.init(error)
        default: self.init(IndexFault(error))
        }
    }

    private init(_ fault: IndexFault) {
        switch fault {
        case .away: self = Self.databaseAway
        case .overloaded:
            self.init(
                .databaseUnavailable, detail: "Too many questions wait for the database; ask again in a few seconds.",
                detailCS: "Na databázi čeká příliš mnoho dotazů; zeptejte se znovu za několik sekund.")
        case .tooSlow:
            self.init(
                .queryTooSlow, detail: "Ask for a shorter time or fewer cameras.",
                detailCS: "Ptejte se na kratší dobu nebo méně kamer.")
        case .unknownArea:
            self.init(
                .badParameter, detail: "The register knows no such okrsek or obvod.",
                detailCS: "V evidenci takový okrsek nebo obvod není.")
        case .broken:
            self.init(
                .internalError, detail: "mkdsd made a mistake; its log says more.",
                detailCS: "mkdsd udělal chybu; více je v jeho protokolu.")
        }
    }

    /// Names the parameters of a question about an area that the register does not know.
    static func unknownArea(_ query: EventQuery) -> Problem {
        let given = [(EventQuery.Name.okrsek, query.filter.okrsek), (EventQuery.Name.obvod, query.filter.obvod)]
        let items = given.filter { $0.1 != nil }.map { name, _ in
            Item(
                parameter: name, message: "the register may not know this code",
                messageCS: "v evidenci tento kód nejspíš není")
        }
        var problem = Problem(IndexFault.unknownArea)
        problem.problems = items
        return problem
    }

    /// Names the cameras of a question that the register does not know.
    static func unknownCameras(_ cameras: [CameraID]) -> Problem {
        Problem(
            .badParameter, detail: "The register knows no such camera.", detailCS: "V evidenci taková kamera není.",
            problems: cameras.map {
                Item(
                    parameter: EventQuery.Name.camera, message: "there is no camera \($0) in the register",
                    messageCS: "kamera \($0) v evidenci není")
            })
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
                detailCS: "Dokument odporuje tomu, co je v evidenci; nic nebylo importováno.", problems: items)
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
