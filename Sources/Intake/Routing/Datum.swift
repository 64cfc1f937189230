import Foundation

extension Point {
    /// The same place in WGS-84. GCJ-02 has no published inverse; this one is found by iteration on the known forward
    /// transform and is exact to well under a metre. Outside China the two datums are the same.
    package var wgs84: Point {
        guard datum == .gcj02, let start = Point(latitude: latitude, longitude: longitude, datum: .wgs84) else {
            return self
        }
        var guess = start
        for _ in 0..<4 {
            let shifted = guess.gcj02
            let latitude = guess.latitude - (shifted.latitude - self.latitude)
            let longitude = guess.longitude - (shifted.longitude - self.longitude)
            guard let better = Point(latitude: latitude, longitude: longitude, datum: .wgs84) else { break }
            guess = better
        }
        return guess
    }

    /// The same place in GCJ-02, by the transform in common use (Krasovsky 1940 ellipsoid with the known deviations).
    package var gcj02: Point {
        guard datum == .wgs84, (0.8293...55.8271).contains(latitude), (72.004...137.8347).contains(longitude) else {
            return self
        }
        let axis = 6_378_245.0
        let eccentricity = 0.00669342162296594323
        let x = longitude - 105
        let y = latitude - 35
        let radians = latitude * .pi / 180
        let magic = 1 - eccentricity * sin(radians) * sin(radians)
        let meridian = axis * (1 - eccentricity) / (magic * magic.squareRoot())
        let parallel = axis / magic.squareRoot() * cos(radians)
        let north = northShift(x, y) * 180 / (meridian * .pi)
        let east = eastShift(x, y) * 180 / (parallel * .pi)
        return Point(latitude: latitude + north, longitude: longitude + east, datum: .gcj02) ?? self
    }
}

/// Metres.
private func northShift(_ x: Double, _ y: Double) -> Double {
    var shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot()
    shift += wave(20, x, 6) + wave(20, x, 2)
    shift += wave(20, y, 1) + wave(40, y, 1 / 3.0)
    shift += wave(160, y, 1 / 12.0) + wave(320, y, 1 / 30.0)
    return shift
}

/// Metres.
private func eastShift(_ x: Double, _ y: Double) -> Double {
    var shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot()
    shift += wave(20, x, 6) + wave(20, x, 2)
    shift += wave(20, x, 1) + wave(40, x, 1 / 3.0)
    shift += wave(150, x, 1 / 12.0) + wave(300, x, 1 / 30.0)
    return shift
}

private func wave(_ height: Double, _ along: Double, _ frequency: Double) -> Double {
    height * sin(along * .pi * frequency) * 2 / 3
}
