import Testing

@testable import Intake

@Suite("Datums") struct DatumTests {
    @Test("the forward transform gives the published example")
    func example() throws {
        // The example of the coordtransform library's documentation.
        let point = try #require(Point(latitude: 39.915, longitude: 116.404, datum: .wgs84)).gcj02
        #expect(abs(point.latitude - 39.91640428150164) < 1e-9)
        #expect(abs(point.longitude - 116.41024449916938) < 1e-9)
    }

    @Test(
        "there and back is the same place to a few millimetres",
        arguments: [(22.5, 114.1), (30.6, 118.5), (45.8, 126.5)])
    func back(latitude: Double, longitude: Double) throws {
        let point = try #require(Point(latitude: latitude, longitude: longitude, datum: .wgs84))
        #expect(point.gcj02.datum == .gcj02)
        #expect(abs(point.gcj02.wgs84.latitude - latitude) < 1e-7)
        #expect(abs(point.gcj02.wgs84.longitude - longitude) < 1e-7)
    }

    @Test("outside China nothing moves")
    func abroad() throws {
        let paris = try #require(Point(latitude: 48.85, longitude: 2.35, datum: .gcj02))
        #expect(paris.wgs84.latitude == 48.85)
    }
}
