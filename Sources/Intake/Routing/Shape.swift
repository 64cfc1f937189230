/// The ground an area covers: polygons with holes, in degrees WGS-84.
struct Shape: Sendable {
    struct Vertex: Sendable, Equatable {
        var longitude: Double
        var latitude: Double
    }

    /// Each polygon's rings: the outer one and its holes, in any order.
    private var polygons: [[[Vertex]]] = []
    private var west = Double.infinity
    private var east = -Double.infinity
    private var south = Double.infinity
    private var north = -Double.infinity

    /// Adds one polygon. Rings of fewer than three vertices are left out.
    mutating func add(_ rings: [[Vertex]]) {
        polygons.append(rings.filter { $0.count >= 3 })
        for vertex in rings.joined() {
            west = min(west, vertex.longitude)
            east = max(east, vertex.longitude)
            south = min(south, vertex.latitude)
            north = max(north, vertex.latitude)
        }
    }

    /// Whether the point (WGS-84) lies inside: an odd number of edges of one polygon lie east of it. Of two shapes that
    /// share an edge exactly one contains a point on it.
    func contains(_ point: Point) -> Bool {
        let (x, y) = (point.longitude, point.latitude)
        guard x >= west, x <= east, y >= south, y <= north else { return false }
        return polygons.contains { rings in
            var inside = false
            for ring in rings {
                var before = ring[ring.count - 1]
                for vertex in ring {
                    if (vertex.latitude > y) != (before.latitude > y) {
                        let slope = (before.longitude - vertex.longitude) / (before.latitude - vertex.latitude)
                        if x < vertex.longitude + slope * (y - vertex.latitude) { inside.toggle() }
                    }
                    before = vertex
                }
            }
            return inside
        }
    }
}
