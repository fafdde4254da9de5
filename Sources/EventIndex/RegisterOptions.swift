package import MKDSCore

/// What the caller of an area import says beside the document.
package struct AreaImportOptions: Sendable {
    package var kind: AreaKind
    /// Code of the town. Nil: taken from the features' own property, else the only town the index knows.
    package var obec: String?
    /// First moment at which the map is in force.
    package var validFrom: UTCTime
    /// EPSG code of the coordinates: 4326 (longitude, latitude) or 5514 (S-JTSK / Krovak East North).
    package var srid: Int
    /// Import although two areas share 1 % of the smaller one or more.
    package var acceptOverlaps: Bool
    /// Check and report, store nothing.
    package var dryRun: Bool
    /// File name for the log, as the caller gave it.
    package var sourceName: String
    /// Who asks, for the log.
    package var actor: String
    /// Property that holds the code; nil: the usual names are tried.
    package var codeProperty: String?
    /// Property that holds the name; nil: the usual names are tried.
    package var nameProperty: String?

    package init(
        kind: AreaKind, obec: String? = nil, validFrom: UTCTime, srid: Int = 4326, acceptOverlaps: Bool = false,
        dryRun: Bool = false, sourceName: String = "", actor: String, codeProperty: String? = nil,
        nameProperty: String? = nil
    ) {
        self.kind = kind
        self.obec = obec
        self.validFrom = validFrom
        self.srid = srid
        self.acceptOverlaps = acceptOverlaps
        self.dryRun = dryRun
        self.sourceName = sourceName
        self.actor = actor
        self.codeProperty = codeProperty
        self.nameProperty = nameProperty
    }
}

/// What the caller of a camera import says beside the document.
package struct CameraImportOptions: Sendable {
    package enum Format: Sendable {
        case csv
        case geojson
    }

    package var format: Format
    /// Check and report, store nothing.
    package var dryRun: Bool
    /// Switch off the cameras that the file does not name. Without it they stay as they are.
    package var replace: Bool
    package var sourceName: String
    package var actor: String
    /// Where cameras may be; nil to accept any address without a word.
    package var networks: CameraNetworks?

    package init(
        format: Format, dryRun: Bool = false, replace: Bool = false, sourceName: String = "", actor: String,
        networks: CameraNetworks? = nil
    ) {
        self.format = format
        self.dryRun = dryRun
        self.replace = replace
        self.sourceName = sourceName
        self.actor = actor
        self.networks = networks
    }
}

/// What the caller of an import of people in charge says beside the document.
package struct OfficialImportOptions: Sendable {
    /// Check and report, store nothing.
    package var dryRun: Bool
    /// End, at the moment of the import, the terms of people that the file does not name.
    package var replace: Bool
    package var sourceName: String
    package var actor: String

    package init(dryRun: Bool = false, replace: Bool = false, sourceName: String = "", actor: String) {
        self.dryRun = dryRun
        self.replace = replace
        self.sourceName = sourceName
        self.actor = actor
    }
}
