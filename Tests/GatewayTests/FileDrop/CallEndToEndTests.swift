import Foundation
import Glibc
import Intake
import Servers
import Testing

@testable import Gateway

/// Telephone calls through the real daemon, on both databases.
@Suite("Calls become tickets, end to end") struct CallEndToEndTests {
    private static let call = "坐席：您好，12345热线。\n市民：东区临河街道的路灯坏了三天了。\n"

    private func settled(_ gateway: RunningGateway, _ what: String, _ done: (Books) -> Bool) async throws -> Books {
        try await eventually(what) { () -> Books? in
            let books = try await gateway.books()
            return done(books) ? books : nil
        }
    }

    @Test(
        "Renamed in, marked, or still: each call is a ticket, masked, and its file is in done",
        arguments: Backend.allCases)
    func wholeWay(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            let facts = #"{"caller": "13800138000", "call_id": "1", "recording": "/no/such/place/1.wav"}"#
            try drop.put("renamed.txt", Self.call + "市民：我的电话是13800138000。\n", facts: facts)
            try drop.write("marked.txt", Array("坐席：请讲。\n市民：幸福路停水了。\n".utf8))
            try drop.write("marked.txt.done", [])
            try drop.write("still.txt", Array("坐席：请讲。\n市民：学校门口噪音太大。\n".utf8))
            let books = try await settled(gateway, "three tickets") { $0.tickets == 3 }
            #expect(books.arrivals == ["ticket": 3])
            _ = try await eventually("the files are in done") { drop.done == 3 ? true : nil as Bool? }
            let order: String = try await eventually("the lead has its work order") {
                gateway.handedOver(to: "lighting").first.map { String(decoding: $0.json, as: UTF8.self) }
            }
            #expect(order.contains("路灯坏了三天"))
            #expect(!order.contains("13800138000"))
            // The facts follow their file.
            _ = try await eventually("nothing is left behind") {
                try drop.count("incoming") == 0 && drop.names("claimed").isEmpty ? true : nil as Bool?
            }
        }
    }

    @Test("Whatever is put into the folder, each call is one ticket and nothing is lost", arguments: Backend.allCases)
    func hostile(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            // Seven names nobody should give: seven tickets.
            let names: [[UInt8]] = [
                Array("new\nline.txt".utf8), Array("a..%2f..%2fpasswd".utf8), Array("-rf $(x) ;*.txt".utf8),
                [0xD6, 0xD0, 0xCE, 0xC4], [0xFF, 0xFE, 0x80], [UInt8](repeating: 0x78, count: 255),
                Array("\u{202E}txt.exe".utf8),
            ]
            for (number, name) in names.enumerated() { try drop.put(name, "市民：第\(number)盏路灯坏了") }
            // One call in three charsets, and one file twice: two tickets.
            for name in ["own.json", "own.gbk.json", "own.utf16.json"] {
                try drop.write(name, try TranscriptFixtures.bytes(name))
            }
            try drop.put("twice.txt", Self.call)
            _ = try await eventually("it is claimed") {
                drop.names("incoming").contains("twice.txt") ? nil as Bool? : true
            }
            try drop.put("twice.txt", Self.call)
            // Other charsets, facts that cannot be read, words only a database stumbles over: five tickets.
            for name in ["labels.gbk.txt", "labels.utf16le.txt", "labels.utf16be.txt"] {
                try drop.write(name, try TranscriptFixtures.bytes(name))
            }
            try drop.put("facts.txt", "市民：井盖丢了", facts: "{\"caller\": ")
            try drop.put("zero.json", #"{"turns":[{"text":"路\u0000灯\ud800坏了","speaker":"a\u0000"}]}"#)
            // Four that no one can read.
            try drop.put("empty.txt", "")
            try drop.put("cut.json", "{\"turns\": [{\"text\": \"路灯\"")
            try drop.put("page.txt", "<!DOCTYPE html><p>Bad gateway</p>")
            try drop.write("program.txt", [0x7F, 0x45, 0x4C, 0x46, 1, 0, 0, 0, 0])
            // None of our business.
            try drop.write("half.json.part", Array(Self.call.utf8))
            try drop.write(".hidden.txt", Array(Self.call.utf8))
            #expect(unsafe symlink(gateway.folder + "/intake.yaml", drop.path("incoming", "link.txt")) == 0)
            #expect(unsafe mkfifo(drop.path("incoming", "pipe.txt"), 0o600) == 0)
            #expect(unsafe mkdir(drop.path("incoming", "folder.txt"), 0o755) == 0)

            let books = try await settled(gateway, "all are in the books") { $0.tickets + $0.quarantined >= 18 }
            #expect(books.arrivals == ["ticket": 14, "quarantined": 4])
            _ = try await eventually("all files are put away") {
                try drop.done == 17 && drop.count("quarantine") == 4 && drop.names("claimed").isEmpty
                    ? true : nil as Bool?
            }
            #expect(
                drop.names("incoming") == [".hidden.txt", "folder.txt", "half.json.part", "link.txt", "pipe.txt"])
            let reason = try String(contentsOfFile: drop.path("quarantine", "cut.json.reason.txt"), encoding: .utf8)
            #expect(reason.contains("cut short"))
            #expect(try await gateway.books().tickets == 14)
        }
    }

    @Test(
        "A file of 200 MB is kept whole without being held in memory, and the next call is a ticket",
        arguments: Backend.allCases)
    func huge(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            let before = try gateway.peakMemory
            let path = gateway.folder + "/huge.json"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            #expect(unsafe truncate(path, 200 << 20) == 0)
            #expect(unsafe rename(path, drop.path("incoming", "huge.json")) == 0)
            try drop.put("next.txt", Self.call)
            let books = try await eventually("both are in the books") { () -> Books? in
                let books = try await gateway.books()
                return books.tickets == 1 && books.quarantined == 1 ? books : nil
            }
            #expect(books.items == 2)
            _ = try await eventually("it is put away") { try drop.count("quarantine") == 1 ? true : nil as Bool? }
            let grown = try gateway.peakMemory - before
            #expect(grown < 64 << 20, "grew by \(grown >> 20) MiB")
            let list = try await gateway.command(["quarantine", "--json"])
            #expect(list.output.contains("\(200 << 20)"))
        }
    }

    @Test("A file the gateway may not read stays, stops no other, and is taken once its mode is mended")
    func closed() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: CallDrop.channel)
            let drop = try CallDrop(gateway)
            // Root may read everything, so the gateway is not to be root.
            var under: [String] = []
            if geteuid() == 0 {
                under = ["/usr/bin/setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
                guard let nobody = unsafe getpwnam("nobody") else { return }
                let (user, group) = unsafe (nobody.pointee.pw_uid, nobody.pointee.pw_gid)
                let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
                for path in [""] + all { #expect(unsafe chown("\(folder)/\(path)", user, group) == 0) }
            }
            try drop.write("closed.txt", Array(Self.call.utf8))
            #expect(unsafe chmod(drop.path("incoming", "closed.txt"), 0) == 0)
            try drop.put("open.txt", "市民：井盖丢了")
            #expect(unsafe chmod(drop.path("incoming", "open.txt"), 0o644) == 0)
            try await gateway.start(under: under)
            defer { gateway.stop(SIGKILL) }
            _ = try await settled(gateway, "the other is a ticket") { $0.tickets == 1 }
            _ = try await eventually("it is told") {
                let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                return metrics.contains(#"intake_drop_unreadable_files{channel="calls"} 1"#) ? true : nil as Bool?
            }
            #expect(drop.names("incoming") == ["closed.txt"])
            #expect(unsafe chmod(drop.path("incoming", "closed.txt"), 0o644) == 0)
            let books = try await settled(gateway, "it is a ticket now") { $0.tickets == 2 }
            #expect(books.complaints.isEmpty)
        }
    }
}

extension RunningGateway {
    /// The most memory the daemon ever had resident (VmHWM of proc(5)), in bytes.
    var peakMemory: Int64 {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
                let kibibytes = Int64(line.filter(\.isNumber))
            else { throw Failed(text: "no VmHWM in \(status)") }
            return kibibytes << 10
        }
    }
}
