import Foundation
import Intake
import NIOCore
import Storage
import Testing

@testable import Gateway

/// Where a test keeps blobs; removed when the test ends.
final class BlobFolder: Sendable {
    let path: String
    let blobs: FileBlobs

    init() throws {
        path = NSTemporaryDirectory() + "form-" + UUID().uuidString
        blobs = try FileBlobs(folder: path)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Names of everything kept or half kept.
    var files: [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects ?? []).compactMap { $0 as? String }
            .filter { $0.utf8.count > 60 || $0.hasPrefix("unfinished/") }
    }
}

@Suite("Forms off the wire") struct FormReaderTests {
    static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 9, count: 500)
    static let video: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 9, count: 3000)

    let folder: BlobFolder
    let keys: Keys

    init() throws {
        folder = try BlobFolder()
        keys = try FormTokenTests.keys()
    }

    /// Sends a body in pieces and reads it.
    let bodies = Bodies()

    func read(
        _ bytes: [UInt8], by size: Int = 1000, limits: FormReader.Limits = .small, already: Int? = 0
    ) async throws -> FormReader.Result {
        let (stream, pieces) = AsyncStream<ByteBuffer>.makeStream()
        var at = 0
        while at < bytes.count {
            pieces.yield(ByteBuffer(bytes: bytes[at..<min(at + size, bytes.count)]))
            at += size
        }
        pieces.finish()
        var reader = FormReader(limits, blobs: folder.blobs, keys: keys, share: Share(bodies, of: 1))
        try await reader.read(stream, boundary: SampleForm.boundary) { _ in
            already.map { .init(already: $0, owner: "form") }
        }
        return reader.result
    }

    @Test("fields and files come in whole, files by their content and sealed", arguments: [1, 100, 1_000_000])
    func whole(size: Int) async throws {
        var form = SampleForm()
        form.field("text", "路灯\r\n不亮\u{0}")
        form.field("remove", "a")
        form.field("remove", "b")
        form.file("photo.exe", Self.jpeg)
        form.file("", [])
        let read = try await read(form.whole, by: size)
        #expect(read.fields == ["text": ["路灯\n不亮"], "remove": ["a", "b"]])
        #expect(read.files.map(\.name) == ["photo.exe"] && read.files.map(\.kind) == [.picture("image/jpeg")])
        #expect(read.flaws.isEmpty)
        let kept = try await folder.blobs.bytes(try #require(read.files.first).blob, keys: keys)
        #expect(Array(kept) == Self.jpeg)
        #expect(folder.files.count == 1)
    }

    @Test("what is too large, empty or of no known kind is named and dropped, the rest is kept")
    func refused() async throws {
        var form = SampleForm()
        form.file("big.jpg", Self.jpeg + [UInt8](repeating: 1, count: 5000))
        form.file("virus.jpg", Array("MZ\u{90}\u{0}".utf8) + [UInt8](repeating: 1, count: 5000))
        form.file("empty.jpg", [])
        form.file("fine.jpg", Self.jpeg)
        form.file("film.mp4", Self.video)
        form.field("text", "after the files")
        let read = try await read(form.whole, by: 333)
        #expect(read.files.map(\.name) == ["fine.jpg", "film.mp4"])
        #expect(
            read.flaws == [
                .fileTooLarge("big.jpg", limit: 2000), .fileRefused("virus.jpg"), .fileEmpty("empty.jpg"),
            ])
        #expect(read.fields["text"] == ["after the files"])
        #expect(folder.files.count == 2)
    }

    @Test("more files than allowed, or more bytes together, are named and dropped")
    func tooMany() async throws {
        var form = SampleForm()
        for name in ["1", "2", "3", "4"] { form.file(name, Self.jpeg + Array(name.utf8)) }
        let many = try await read(form.whole, already: 1)
        #expect(many.files.map(\.name) == ["1", "2"])
        #expect(many.flaws == [.tooManyFiles(limit: 3, dropped: ["3", "4"])])

        var limits = FormReader.Limits.small
        limits.total = 1200
        let heavy = try await read(form.whole, limits: limits)
        #expect(heavy.files.map(\.name) == ["1", "2"])
        #expect(
            heavy.flaws == [.filesTooLarge(limit: 1200, dropped: ["3"]), .filesTooLarge(limit: 1200, dropped: ["4"])]
                || heavy.flaws == [.filesTooLarge(limit: 1200, dropped: ["3", "4"])])
    }

    @Test("files of a form that is not admitted are thrown away and named") func unwanted() async throws {
        var form = SampleForm()
        form.file("a.jpg", Self.jpeg)
        form.field("text", "kept")
        let read = try await read(form.whole, already: nil)
        #expect(read.files.isEmpty && read.flaws == [.filesUnwanted(["a.jpg"])] && folder.files.isEmpty)
        #expect(read.fields["text"] == ["kept"])
    }

    @Test("with a full disk the fields are kept and the sender told to try again") func full() async throws {
        var limits = FormReader.Limits.small
        limits.floor = .max
        var form = SampleForm()
        form.file("a.jpg", Self.jpeg)
        form.field("text", "kept")
        let read = try await read(form.whole, limits: limits)
        #expect(read.flaws.first == .busy && read.fields["text"] == ["kept"] && folder.files.isEmpty)
    }

    @Test("a form that is cut off or never ends leaves nothing behind") func cutOff() async throws {
        var form = SampleForm()
        form.field("text", "x")
        form.file("a.jpg", Self.jpeg + [UInt8](repeating: 1, count: 1000))
        await #expect(throws: FormReader.Stop.self) { try await read(Array(form.whole.dropLast(300)), by: 64) }
        #expect(folder.files.isEmpty)
        await #expect(throws: FormReader.Stop.self) { try await read(Array("rubbish".utf8)) }
        var crowd = SampleForm()
        for index in 0..<41 { crowd.field("f\(index)", "x") }
        await #expect(throws: FormReader.Stop.self) { try await read(crowd.whole) }
    }

    @Test("a field is kept up to its limit and the sender told") func longField() async throws {
        var form = SampleForm()
        form.field("place", String(repeating: "x", count: FormReader.Limits.field + 1))
        let read = try await read(form.whole)
        #expect(read.fields["place"]?.first?.utf8.count == FormReader.Limits.field)
        #expect(read.flaws == [.fieldCut(.place, limit: nil)])
    }
}

extension FormReader.Limits {
    /// Small enough to be reached by a test.
    static var small: Self {
        Self(files: 3, fileSize: 2000, videoSize: 4000, total: 20_000, floor: 0)
    }
}
