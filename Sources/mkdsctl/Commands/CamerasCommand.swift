internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

struct CamerasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cameras", abstract: Texts.here.camerasAbstract,
        subcommands: [
            CamerasList.self, CamerasShow.self, CamerasStreams.self, CamerasImport.self, CamerasDiscover.self,
            CamerasProbe.self,
        ],
        defaultSubcommand: CamerasList.self)
}

/// `mkdsctl cameras list`: the register of cameras and how each fares now.
struct CamerasList: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Texts.here.camerasListAbstract)

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let request = QuerySocket.Request(target: APIPath.cameras)
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let cameras = try await session.value(Page<CameraResource>.self, request).items
        switch session.format {
        case .csv:
            try session.console.write(CSVLine.text(CameraCSV.titles))
            for camera in cameras { try session.console.write(CSVLine.text(CameraCSV.fields(camera))) }
        default:
            var table = Table(session.texts.cameraColumns)
            for camera in cameras { table.append(session.texts.cameraCells(camera)) }
            try session.show(&table, empty: session.texts.noCameras)
        }
    }
}

/// `mkdsctl cameras show ID`.
struct CamerasShow: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Texts.here.camerasShowAbstract)

    @Argument(help: ArgumentHelp(Texts.here.helpCameraID), completion: .custom(Completion.cameraIDs))
    var id: CameraID

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let request = QuerySocket.Request(target: APIPath.camera(id))
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let camera = try await session.value(CameraResource.self, request)
        if session.format == .csv {
            try session.console.write(CSVLine.text(CameraCSV.titles))
            try session.console.write(CSVLine.text(CameraCSV.fields(camera)))
        } else {
            try session.show(fields: session.texts.cameraFields(camera))
        }
    }
}

/// `mkdsctl cameras import FILE`: CSV or GeoJSON, told apart by its first character.
struct CamerasImport: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: Texts.here.camerasImportAbstract,
        discussion: Texts.here.camerasImportDiscussion)

    @Argument(
        help: ArgumentHelp(Texts.here.helpImportFile, valueName: Texts.here("soubor", "file")),
        completion: .file(extensions: ["csv", "geojson", "json"]))
    var file: String

    @Flag(help: ArgumentHelp(Texts.here.helpDryRun))
    var dryRun = false

    @Flag(help: ArgumentHelp(Texts.here.helpReplaceCameras))
    var replace = false

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let document = try ImportDocument(file)
        let query = ImportQuery(dryRun: dryRun, replace: replace, source: document.name)
        try await document.send(
            session.patient(shared), target(APIPath.cameraImports, query.items), CameraImportReport.self
        ) { session.texts.lines($0) }
    }
}

/// Cameras as CSV: the wire's names, one camera a line.
enum CameraCSV {
    static let titles = [
        "id", "name", "owner", "purpose_class", "legal_basis", "url", "credential", "mast_lon", "mast_lat",
        "scene_lon", "scene_lat", "retention_hours", "enabled", "state", "since", "reason", "detail", "codec", "width",
        "height", "frame_rate", "bit_rate", "last_packet", "reconnects", "trust", "onvif", "onvif_events",
    ]

    static func fields(_ camera: CameraResource) -> [String?] {
        let status = camera.status
        return [
            camera.id.rawValue, camera.name, camera.owner, camera.purposeClass.rawValue, camera.legalBasis, camera.url,
            camera.credential, number(camera.mast?.coordinates, 0), number(camera.mast?.coordinates, 1),
            number(camera.scene?.coordinates, 0), number(camera.scene?.coordinates, 1), "\(camera.retentionHours)",
            "\(camera.enabled)", status?.state.rawValue, status?.since.description, status?.reason, status?.detail,
            status?.codec, status?.width.map { "\($0)" }, status?.height.map { "\($0)" },
            status?.frameRate.map { "\($0)" }, status?.bitRate.map { "\($0)" }, status?.lastPacket?.description,
            status.map { "\($0.reconnects)" }, camera.trust?.text, camera.onvif?.url,
            camera.onvif?.events.rawValue,
        ]
    }

    private static func number(_ coordinates: [Double]?, _ index: Int) -> String? {
        guard let coordinates, coordinates.indices.contains(index) else { return nil }
        return "\(coordinates[index])"
    }
}
