import Foundation
import Intake
import Testing

@testable import Gateway

/// Rule 1 seen from the kernel's side.
@Suite("Received means kept, as the system calls show")
struct TraceTests {
    @Test("Between reading a report and answering it, the ledger's log is synced")
    func syncBeforeAnswer() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let trace = folder + "/trace"
            try await gateway.start(under: [
                "/usr/bin/strace", "-D", "-f", "-y", "-s", "80", "-o", trace, "-e",
                "trace=read,recvfrom,write,writev,sendto,sendmsg,fdatasync,fsync",
            ])
            let reports = 5
            for number in 1...reports {
                let answer = try await gateway.call(
                    HookSender.call(gateway, id: "trace_\(number)", body: HookSender.report("路灯不亮")))
                #expect((200..<300).contains(answer.status))
            }
            gateway.stop()
            let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
            var seen: [Int: Bool] = [:]
            var (asked, answered, synced) = (0, 0, false)
            for line in lines {
                if line.contains("POST /hooks/") {
                    asked += 1
                    synced = false
                } else if line.contains("sync("), line.contains("ledger.sqlite-wal"), line.hasSuffix("= 0") {
                    synced = true
                } else if line.contains("sync resumed"), line.hasSuffix("= 0") {
                    synced = true
                } else if line.contains("HTTP/1.1 20"), asked > answered {
                    answered += 1
                    seen[answered] = synced
                }
            }
            #expect(asked == reports && answered == reports)
            #expect(seen.values.allSatisfy { $0 }, "an answer left before its sync")
        }
    }
}
