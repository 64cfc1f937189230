import Foundation
import Intake
import Testing

@testable import Gateway

/// Rule 9 beside the ledger: each folder the daemon writes to, each write and each sync.
@Suite("The disk of the daemon's other files fails", .timeLimit(Proof.limit)) struct DiskFileTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        var call: FailingDisk.Call
        var error: Int32
        var isFull: Bool { error == ENOSPC }
        var testDescription: String { "\(isFull ? "ENOSPC" : "EIO") from \(call.rawValue)" }

        static let all = FailingDisk.Call.allCases.flatMap { call in
            [EIO, ENOSPC].map { Fault(call: call, error: $0) }
        }
    }

    private static let channels =
        HookSender.channel + "\n- { name: calls, kind: transcripts, path: calls, scan: 200ms, still: 1s }"

    private func withDisk(_ body: (RunningGateway, FailingDisk) async throws -> Void) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: Self.channels)
            let disk = try FailingDisk(in: folder)
            try await gateway.start(under: disk.under)
            defer { gateway.stop(SIGKILL) }
            do { try await body(gateway, disk) } catch {
                throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
            }
        }
    }

    private func row(_ what: String, _ fault: Fault, lost: Int, doubled: Int) {
        Proof.row(
            "disk: \(fault.testDescription) on \(what)", runs: 1, acknowledged: 1, lost: lost, doubled: doubled)
        #expect(lost == 0 && doubled == 0)
    }

    @Test(
        "a file that cannot be kept is not acknowledged: the disk is full, 503; it fails, the end with 74",
        arguments: Fault.all)
    func blobs(fault: Fault) async throws {
        try await withDisk { gateway, disk in
            let body = HookSender.report(String(repeating: "路灯不亮", count: 10_000))
            try disk.fail(fault.call, gateway.state + "/blobs", fault.error)
            let answer = try? await gateway.call(HookSender.call(gateway, id: "large", body: body))
            if fault.isFull {
                #expect(answer?.status == 503)
                #expect(try await gateway.inside("/healthz").status == 200)
            } else {
                #expect(answer?.status != 200)
                #expect(try await eventually("the daemon ends by itself") { gateway.ended } == 74)
            }
            try disk.heal()
            if !fault.isFull { try await gateway.start() }
            #expect(try await gateway.call(HookSender.call(gateway, id: "large", body: body)).status == 200)
            let tickets = try await gateway.books().tickets
            row("files", fault, lost: 1 - tickets, doubled: max(0, tickets - 1))
        }
    }

    @Test(
        "a department's folder that cannot be written holds up no receipt, and the order arrives once it can",
        arguments: Fault.all)
    func outbox(fault: Fault) async throws {
        try await withDisk { gateway, disk in
            try disk.fail(fault.call, gateway.state + "/outbox", fault.error)
            let report = HookSender.call(gateway, id: "a", body: HookSender.report("路灯不亮"))
            #expect(try await gateway.call(report).status == 200)
            _ = try await eventually("it was tried") {
                let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                return metrics.split(separator: "\n").contains {
                    $0.hasPrefix("dispatch_attempts_total{") && !$0.contains("delivered")
                } ? true : nil
            }
            #expect(gateway.handedOver(to: "lighting").isEmpty)
            try disk.heal()
            if !fault.isFull {
                // Only a person knows whether the disk is sound again.
                _ = try await eventually("it is held, and let go by a person") {
                    let released = try await gateway.command(["release", "--destination", "outbox"])
                    return released.status == 0 && gateway.handedOver(to: "lighting").count == 1 ? true : nil
                }
            }
            let orders = try await eventually("it arrives") {
                let count = gateway.handedOver(to: "lighting").count
                return count > 0 ? count : nil
            }
            #expect(gateway.ended == nil)
            row("a department's folder", fault, lost: 0, doubled: orders - 1)
        }
    }

    @Test("a folder of calls that cannot be written loses none and takes none twice", arguments: Fault.all)
    func drop(fault: Fault) async throws {
        try await withDisk { gateway, disk in
            let calls = gateway.state + "/calls"
            func put(_ name: String) throws {
                let call = #"{"turns": [{"side": "citizen", "text": "路灯不亮"}], "call": {"call_id": "\#(name)"}}"#
                try Data(call.utf8).write(to: URL(filePath: "\(calls)/.\(name)"))
                try FileManager.default.moveItem(
                    atPath: "\(calls)/.\(name)", toPath: "\(calls)/incoming/\(name).json")
            }
            _ = try await eventually("the folder is there") {
                FileManager.default.fileExists(atPath: calls + "/quarantine") ? true : nil
            }
            try put("before")
            _ = try await eventually("the first is taken") { try await gateway.books().tickets == 1 ? true : nil }
            try disk.fail(fault.call, calls, fault.error)
            try put("while")
            // What cannot be read goes to quarantine with a note: a write.
            try Data("{".utf8).write(to: URL(filePath: calls + "/.bad"))
            try FileManager.default.moveItem(atPath: calls + "/.bad", toPath: calls + "/incoming/bad.json")
            _ = try await eventually("the channel has met it") {
                gateway.log.contains("a channel stopped") || gateway.log.contains("claimed file") ? true : nil
            }
            #expect(gateway.ended == nil)
            try disk.heal()
            _ = try await eventually("all is where it belongs") {
                let left = ["incoming", "claimed"].flatMap { folder in
                    (try? FileManager.default.subpathsOfDirectory(atPath: "\(calls)/\(folder)")) ?? []
                }
                let told = try FileManager.default.contentsOfDirectory(atPath: calls + "/quarantine")
                return left.isEmpty && told.contains { $0.hasSuffix("~bad.json.reason.txt") } ? true : nil
            }
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty && books.arrivals["quarantined"] == 1)
            row("a folder of calls", fault, lost: 2 - books.tickets, doubled: max(0, books.tickets - 2))
        }
    }
}
