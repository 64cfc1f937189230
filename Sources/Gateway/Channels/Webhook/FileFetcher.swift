import Foundation
import Intake

/// Gets files that a sender named by address: https only, no redirects, public addresses only unless networks are
/// listed, a limit on the bytes, and what a file is told by its content (platforms.md section 1, rule 9).
struct FileFetcher: Sendable {
    private let tools: Tools
    private let limit: Int64
    private let egress: Egress
    private let caFile: String?

    /// `settings`: the table `files` of a channel, if it has one: `limit`, `networks`, `ca-file`.
    init(_ settings: Settings?, _ tools: Tools) {
        self.tools = tools
        limit = settings?.size("limit", default: 100 << 20, in: 1...(4 << 30)) ?? 100 << 20
        egress = settings?.egress("networks") ?? .publicOnly
        caFile = settings?.authorities(tools)
    }

    /// The file behind `RemoteFile.text`, kept. Passing trouble where it may be had later, lasting where it will not.
    func fetch(_ remote: String) async throws(Trouble) -> Attachment {
        let file = RemoteFile(text: remote)
        let path = tools.scratchPath()
        var call = HTTPCall(.get, file.address)
        call.keep = .file(path, limit: limit)
        call.egress = egress
        call.caFile = caFile
        call.total = .seconds(300)
        let answer = try await tools.network.call(call)
        if answer.status == 200 { return try await tools.keep(scratch: path, name: file.name, digest: file.digest) }
        try? FileManager.default.removeItem(atPath: path)
        switch answer.status {
        case 408, 425, 429, 500...599:
            throw .passing(
                "来件方的服务器答复 \(answer.status)", "the sender's server answered \(answer.status)",
                retryAfter: answer.retryAfter)
        default:
            throw .lasting(
                "来件所给地址取不到文件：状态 \(answer.status)",
                "expected the file at the address the sender gave, found status \(answer.status)")
        }
    }
}
