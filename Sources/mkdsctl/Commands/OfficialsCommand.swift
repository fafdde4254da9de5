internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

struct OfficialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "officials", abstract: Texts.here.officialsAbstract, subcommands: [OfficialsImport.self])
}

/// `mkdsctl officials import FILE.csv`.
struct OfficialsImport: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: Texts.here.officialsImportAbstract)

    @Argument(
        help: ArgumentHelp(Texts.here.helpImportFile, valueName: "file"), completion: .file(extensions: ["csv"]))
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
