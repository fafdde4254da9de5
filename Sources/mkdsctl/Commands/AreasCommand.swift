internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

struct AreasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "areas", abstract: Texts.here.areasAbstract, subcommands: [AreasList.self, AreasImport.self],
        defaultSubcommand: AreasList.self)
}

extension AreaKind: ExpressibleByArgument {
    // The placeholder says the values already, in any language.
    static var allValueStrings: [String] { [] }
    static var defaultCompletionKind: CompletionKind { .list(allCases.map(\.rawValue)) }
}

/// `mkdsctl areas list`: the versions in force at a moment.
struct AreasList: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Texts.here.areasListAbstract)

    @Option(help: ArgumentHelp(Texts.here.helpAreaKind, valueName: "okrsek|obvod|obec"))
    var kind: AreaKind?

    @Option(help: ArgumentHelp(Texts.here.helpObec, valueName: Texts.here("kód", "code")))
    var obec: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpAt, valueName: Texts.here("čas", "time")))
    var at: String?

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let at = try session.time(at, as: .moment, option: "--at")
        let query = AreaQuery(kind: kind, obec: obec, at: at)
        let request = QuerySocket.Request(target: target(APIPath.areas, query.items))
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let areas = try await session.value(Page<Area>.self, request).items
        switch session.format {
        case .csv:
            try session.console.write(CSVLine.text(["kind", "code", "name", "obec", "valid_from", "valid_to", "m2"]))
            for area in areas {
                try session.console.write(
                    CSVLine.text([
                        area.kind.rawValue, area.code, area.name, area.obec, area.validFrom.description,
                        area.validTo?.description, "\(area.squareMetres)",
                    ]))
            }
        default:
            var table = Table(session.texts.areaColumns)
            for area in areas { table.append(session.texts.areaCells(area)) }
            try session.show(&table, empty: session.texts.noAreas)
        }
    }
}

/// `mkdsctl areas import FILE.geojson --kind okrsek --valid-from 2026-01-01`.
struct AreasImport: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: Texts.here.areasImportAbstract,
        discussion: Texts.here.areasImportDiscussion)

    @Argument(
        help: ArgumentHelp(Texts.here.helpImportFile, valueName: Texts.here("soubor", "file")),
        completion: .file(extensions: ["geojson", "json"]))
    var file: String

    @Option(help: ArgumentHelp(Texts.here.helpAreaKind, valueName: "okrsek|obvod|obec"))
    var kind: AreaKind

    @Option(help: ArgumentHelp(Texts.here.helpValidFrom, valueName: Texts.here("datum", "date")))
    var validFrom: String

    @Option(help: ArgumentHelp(Texts.here.helpImportObec, valueName: Texts.here("kód", "code")))
    var obec: String?

    @Option(help: ArgumentHelp(Texts.here.helpSRID, valueName: "4326|5514"))
    var srid: Int = 4326

    @Option(help: ArgumentHelp(Texts.here.helpCodeProperty, valueName: Texts.here("vlastnost", "property")))
    var codeProperty: String?

    @Option(help: ArgumentHelp(Texts.here.helpNameProperty, valueName: Texts.here("vlastnost", "property")))
    var nameProperty: String?

    @Flag(help: ArgumentHelp(Texts.here.helpAcceptOverlaps))
    var acceptOverlaps = false

    @Flag(help: ArgumentHelp(Texts.here.helpDryRun))
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if !AreaImportQuery.srids.contains(srid) { throw ValidationError(Texts.here.badSRID) }
    }

    func execute(_ session: Session) async throws {
        guard let validFrom = try session.time(validFrom, as: .moment, option: "--valid-from") else { return }
        let document = try ImportDocument(file)
        try document.require(.geoJSON)
        let query = AreaImportQuery(
            kind: kind, obec: obec, validFrom: validFrom, srid: srid, acceptOverlaps: acceptOverlaps, dryRun: dryRun,
            source: document.name, codeProperty: codeProperty, nameProperty: nameProperty)
        try await document.send(
            session.patient(shared), target(APIPath.areaImports, query.items), AreaImportReport.self
        ) { session.texts.lines($0) }
    }
}
