internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

struct OfficialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "officials", abstract: Texts.here.officialsAbstract,
        subcommands: [OfficialsList.self, OfficialsImport.self], defaultSubcommand: OfficialsList.self)
}

/// `mkdsctl officials list`: who is in charge of what at a moment. Its CSV has the columns an import reads.
struct OfficialsList: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Texts.here.officialsListAbstract)

    @Option(help: ArgumentHelp(Texts.here.helpAreaKind, valueName: "okrsek|obvod|obec"))
    var kind: AreaKind?

    @Option(help: ArgumentHelp(Texts.here.helpAreaCode, valueName: Texts.here("kód", "code")))
    var code: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpAt, valueName: Texts.here("čas", "time")))
    var at: String?

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let at = try session.time(at, as: .moment, option: "--at")
        let query = OfficialQuery(kind: kind, code: code, at: at)
        let request = QuerySocket.Request(target: target(APIPath.officials, query.items))
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let officials = try await session.value(Page<Official>.self, request).items
        switch session.format {
        case .csv:
            let titles = ["role", "body", "person", "phone", "kind", "code", "valid_from", "valid_to"]
            try session.console.write(CSVLine.text(titles))
            for official in officials {
                try session.console.write(
                    CSVLine.text([
                        official.role.rawValue, official.body, official.person, official.phone, official.kind.rawValue,
                        official.code, official.validFrom.description, official.validTo?.description,
                    ]))
            }
        default:
            var table = Table(session.texts.officialColumns)
            for official in officials { table.append(session.texts.officialCells(official)) }
            try session.show(&table, empty: session.texts.noOfficials)
        }
    }
}

/// `mkdsctl officials import FILE.csv`.
struct OfficialsImport: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: Texts.here.officialsImportAbstract)

    @Argument(
        help: ArgumentHelp(Texts.here.helpImportFile, valueName: Texts.here("soubor", "file")),
        completion: .file(extensions: ["csv"]))
    var file: String

    @Flag(help: ArgumentHelp(Texts.here.helpDryRun))
    var dryRun = false

    @Flag(help: ArgumentHelp(Texts.here.helpReplaceOfficials))
    var replace = false

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let document = try ImportDocument(file)
        try document.require(.csv)
        let query = ImportQuery(dryRun: dryRun, replace: replace, source: document.name)
        try await document.send(
            session.patient(shared), target(APIPath.officialImports, query.items), OfficialImportReport.self
        ) { session.texts.lines($0) }
    }
}
