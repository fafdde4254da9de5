package import MKDSCore

/// A GeoJSON point (RFC 7946): `{"type":"Point","coordinates":[13.3776,49.7475]}`, degrees in EPSG:4326.
package struct GeoJSONPoint: Hashable, Codable, Sendable {
    package var type: String
    /// Longitude, latitude.
    package var coordinates: [Double]

    package init(_ point: GeoPoint) {
        type = "Point"
        coordinates = [point.longitude, point.latitude]
    }

    /// Nil unless there are two numbers.
    package init?(coordinates: [Double]?) {
        guard let coordinates, coordinates.count == 2 else { return nil }
        type = "Point"
        self.coordinates = coordinates
    }

    package var point: GeoPoint? {
        guard type == "Point", coordinates.count == 2 else { return nil }
        return GeoPoint(longitude: coordinates[0], latitude: coordinates[1])
    }
}

/// A GeoJSON polygon (RFC 7946): rings of `[longitude, latitude]`, the outer one first.
package struct GeoJSONPolygon: Hashable, Codable, Sendable {
    package var type: String
    package var coordinates: [[[Double]]]

    package init(outerRing: [[Double]]) {
        type = "Polygon"
        coordinates = [outerRing]
    }
}
