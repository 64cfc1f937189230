import Foundation

/// The polygons of areas, read from a GeoJSON FeatureCollection (RFC 7946: WGS-84, longitude first). Each feature names
/// its area by `properties.code`; geometries are Polygon or MultiPolygon.
struct GeoJSON {
    private(set) var shapes: [(code: String, feature: Int, shape: Shape)] = []

    /// What is unusable is a complaint under `features[n]`; JSON keeps no line numbers.
    init(_ bytes: [UInt8], file: String, complaints: Complaints) {
        func complain(_ path: String, _ expected: Phrase, _ found: Phrase) {
            complaints.add(Complaint(file: file, line: 1, path: path, expected: expected, found: found))
        }
        let collection: Collection
        do {
            collection = try JSONDecoder().decode(Collection.self, from: Data(bytes))
        } catch {
            let expected = Phrase(
                zh: "GeoJSON FeatureCollection，各要素含 properties.code 与 Polygon 或 MultiPolygon",
                en: "a GeoJSON FeatureCollection of features with properties.code and a Polygon or MultiPolygon")
            complain(error.path, expected, Phrase(zh: "不符", en: error.reason))
            return
        }
        for (index, feature) in collection.features.enumerated() {
            var shape = Shape()
            for polygon in feature.geometry.polygons {
                let rings = polygon.map { ring in
                    ring.compactMap { pair -> Shape.Vertex? in
                        guard pair.count >= 2, abs(pair[0]) <= 180, abs(pair[1]) <= 90 else { return nil }
                        return Shape.Vertex(longitude: pair[0], latitude: pair[1])
                    }
                }
                guard !rings.isEmpty, zip(rings, polygon).allSatisfy({ $0.count == $1.count && $0.count >= 4 }) else {
                    complain(
                        "features[\(index)].geometry",
                        Phrase(
                            zh: "各环至少 4 个点，经度 ±180、纬度 ±90 以内",
                            en: "rings of at least 4 positions within ±180, ±90 degrees"),
                        Phrase(zh: "不符", en: "others"))
                    continue
                }
                shape.add(rings)
            }
            shapes.append((feature.properties.code, index, shape))
        }
    }
}

private struct Collection: Decodable {
    var features: [Feature]
}

private struct Feature: Decodable {
    struct Properties: Decodable { var code: String }
    var properties: Properties
    var geometry: Geometry
}

private struct Geometry: Decodable {
    enum Kind: String, Decodable {
        case polygon = "Polygon"
        case multiPolygon = "MultiPolygon"
    }
    enum CodingKeys: CodingKey { case type, coordinates }
    var polygons: [[[[Double]]]]

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(Kind.self, forKey: .type) {
        case .polygon: polygons = [try values.decode([[[Double]]].self, forKey: .coordinates)]
        case .multiPolygon: polygons = try values.decode([[[[Double]]]].self, forKey: .coordinates)
        }
    }
}

extension Error {
    /// Where in the document a decoding failed, as `features[3].geometry.type`.
    fileprivate var path: String {
        context?.codingPath.reduce(into: "") { path, key in
            path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : ".\(key.stringValue)")
        } ?? ""
    }

    fileprivate var reason: String { context?.debugDescription ?? "no JSON" }

    private var context: DecodingError.Context? {
        switch self as? DecodingError {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        default: nil
        }
    }
}
