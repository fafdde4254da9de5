extension Problem {
    /// Every kind of problem the API answers with. The raw value ends the problem's `type` and never changes.
    package enum Kind: String, CaseIterable, Sendable {
        case badRequest = "bad-request"
        case badParameter = "bad-parameter"
        case forbidden
        case administratorsOnly = "administrators-only"
        case noSuchPath = "no-such-path"
        case noSuchEvent = "no-such-event"
        case noSuchDocument = "no-such-document"
        case noSuchCamera = "no-such-camera"
        case methodNotAllowed = "method-not-allowed"
        case notAcceptable = "not-acceptable"
        case bodyTooLarge = "body-too-large"
        case unsupportedMediaType = "unsupported-media-type"
        case importRefused = "import-refused"
        case tooMany = "too-many"
        case internalError = "internal-error"
        case databaseUnavailable = "database-unavailable"
        case queryTooSlow = "query-too-slow"

        package var type: String { "urn:mkds:problem:\(rawValue)" }

        /// The HTTP status it travels with.
        package var status: Int {
            switch self {
            case .badRequest, .badParameter: 400
            case .forbidden, .administratorsOnly: 403
            case .noSuchPath, .noSuchEvent, .noSuchDocument, .noSuchCamera: 404
            case .methodNotAllowed: 405
            case .notAcceptable: 406
            case .bodyTooLarge: 413
            case .unsupportedMediaType: 415
            case .importRefused: 422
            case .tooMany: 429
            case .internalError: 500
            case .databaseUnavailable, .queryTooSlow: 503
            }
        }

        package var title: String {
            switch self {
            case .badRequest: "The request cannot be understood"
            case .badParameter: "A parameter is wrong"
            case .forbidden: "You may not use this socket"
            case .administratorsOnly: "Only an administrator may do this"
            case .noSuchPath: "There is nothing at this path"
            case .noSuchEvent: "There is no such event"
            case .noSuchDocument: "There is no such document"
            case .noSuchCamera: "There is no such camera"
            case .methodNotAllowed: "This method is not allowed here"
            case .notAcceptable: "No such format"
            case .bodyTooLarge: "The document is too large"
            case .unsupportedMediaType: "This kind of document cannot be read"
            case .importRefused: "Nothing was imported"
            case .tooMany: "Too many at once"
            case .internalError: "An error inside mkdsd"
            case .databaseUnavailable: "The database does not answer"
            case .queryTooSlow: "The question takes too long"
            }
        }

        package var titleCS: String {
            switch self {
            case .badRequest: "Požadavku nelze rozumět"
            case .badParameter: "Chybný parametr"
            case .forbidden: "K tomuto soketu nemáte přístup"
            case .administratorsOnly: "Toto smí jen správce"
            case .noSuchPath: "Na této cestě nic není"
            case .noSuchEvent: "Taková událost neexistuje"
            case .noSuchDocument: "Takový dokument neexistuje"
            case .noSuchCamera: "Taková kamera neexistuje"
            case .methodNotAllowed: "Tato metoda zde není dovolena"
            case .notAcceptable: "Takový formát neumíme"
            case .bodyTooLarge: "Dokument je příliš velký"
            case .unsupportedMediaType: "Tento druh dokumentu nelze číst"
            case .importRefused: "Nic nebylo importováno"
            case .tooMany: "Příliš mnoho najednou"
            case .internalError: "Chyba uvnitř mkdsd"
            case .databaseUnavailable: "Databáze neodpovídá"
            case .queryTooSlow: "Dotaz trvá příliš dlouho"
            }
        }
    }
}
