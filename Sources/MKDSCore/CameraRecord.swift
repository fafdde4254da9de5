/// Why a camera may be there at all (553/1991 Sb. § 24b). The raw value is stored and spoken on the wire.
package enum PurposeClass: String, CaseIterable, Codable, Sendable {
    /// Public places, run by the municipal police.
    case mkds = "MKDS"
    /// Protection of the owner's property.
    case property = "MAJETEK"
    case school = "SKOLA"
    case traffic = "DOPRAVA"

    /// The longest retention that may be configured, whole hours: 30 days for public places, 72 hours for schools.
    package var retentionCeilingHours: Int {
        switch self {
        case .mkds, .property, .traffic: 30 * 24
        case .school: 72
        }
    }
}

/// One camera of the register, as imported. It holds no secret: ``credential`` only names one.
package struct CameraRecord: Hashable, Codable, Sendable {
    package var id: CameraID
    package var name: String
    package var owner: String
    package var purposeClass: PurposeClass
    package var legalBasis: String
    /// `rtsp://`, `rtsps://`, `http://` (HLS or MJPEG), `rtmp://`, `srt://`, `file:///` or `folder:///`; never with user
    /// name or password.
    package var url: String
    /// Name of the credential (a file `user:password`) to log in with; nil when the camera asks for none.
    package var credential: String?
    /// Whom to expect behind an `rtsps://` URL or an https device service; without it such a camera is refused.
    package var trust: CameraTrust?
    /// The camera's own services; nil when they are not asked.
    package var onvif: OnvifAccess?
    /// `[longitude, latitude]`, EPSG:4326.
    package var mast: [Double]
    /// Where the camera's axis meets the ground.
    package var scene: [Double]?
    /// Outer ring of the view on the ground, first point repeated at the end.
    package var view: [[Double]]?
    /// Code of the okrsek that counts, instead of the lowest code, where the deciding point lies on its border.
    package var borderOkrsek: String?
    package var retentionHours: Int
    package var enabled: Bool
    package var motion: MotionSettings

    package init(
        id: CameraID, name: String, owner: String, purposeClass: PurposeClass, legalBasis: String, url: String,
        credential: String? = nil, trust: CameraTrust? = nil, onvif: OnvifAccess? = nil, mast: [Double],
        scene: [Double]? = nil, view: [[Double]]? = nil, borderOkrsek: String? = nil, retentionHours: Int,
        enabled: Bool = true,
        motion: MotionSettings = MotionSettings()
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.purposeClass = purposeClass
        self.legalBasis = legalBasis
        self.url = url
        self.credential = credential
        self.trust = trust
        self.onvif = onvif
        self.mast = mast
        self.scene = scene
        self.view = view
        self.borderOkrsek = borderOkrsek
        self.retentionHours = retentionHours
        self.enabled = enabled
        self.motion = motion
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, owner, url, credential, trust, onvif, mast, scene, view, enabled, motion
        case purposeClass = "purpose_class"
        case legalBasis = "legal_basis"
        case borderOkrsek = "border_okrsek"
        case retentionHours = "retention_hours"
    }
}

/// What an administrator may set about motion detection on one camera. Every value has a default that suits most.
package struct MotionSettings: Hashable, Codable, Sendable {
    /// Polygons in which nothing counts, points as shares of width and height: `[[[0,0],[0.2,0],[0.2,0.1]]]`.
    package var masks: [[[Double]]]
    /// Smallest moving region that counts, as a share of the picture's area.
    package var minimumArea: Double
    /// How far brightness must depart from the background, in multiples of the picture's own noise.
    package var sensitivity: Double
    /// Stillness that ends an event, seconds.
    package var quietSeconds: Double
    /// Pictures a second to look at; keyframes are always looked at.
    package var picturesPerSecond: Double
    /// What this camera is not to be reported for: `dark` in an unlit yard, `turned` where it is steered.
    package var ignoredTrouble: [SightTrouble]

    package init(
        masks: [[[Double]]] = [], minimumArea: Double = 0.001, sensitivity: Double = 4, quietSeconds: Double = 2,
        picturesPerSecond: Double = 5, ignoredTrouble: [SightTrouble] = []
    ) {
        self.masks = masks
        self.minimumArea = minimumArea
        self.sensitivity = sensitivity
        self.quietSeconds = quietSeconds
        self.picturesPerSecond = picturesPerSecond
        self.ignoredTrouble = ignoredTrouble
    }

    /// Reads settings that an earlier version wrote, too: what it did not know keeps its default.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        masks = try container.decode([[[Double]]].self, forKey: .masks)
        minimumArea = try container.decode(Double.self, forKey: .minimumArea)
        sensitivity = try container.decode(Double.self, forKey: .sensitivity)
        quietSeconds = try container.decode(Double.self, forKey: .quietSeconds)
        picturesPerSecond = try container.decode(Double.self, forKey: .picturesPerSecond)
        ignoredTrouble = try container.decodeIfPresent([SightTrouble].self, forKey: .ignoredTrouble) ?? []
    }

    private enum CodingKeys: String, CodingKey {
        case masks, sensitivity
        case minimumArea = "minimum_area"
        case quietSeconds = "quiet_seconds"
        case picturesPerSecond = "pictures_per_second"
        case ignoredTrouble = "ignored_trouble"
    }
}
