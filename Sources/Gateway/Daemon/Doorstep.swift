import NIOCore
import NIOHTTP1

/// Before the decoder: says that bytes came, so that the time a request takes for its headers is measured from the first of
/// them, on a connection that was used before too.
final class Doorstep: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes came, of whatever part of a request.
    struct Bytes: Sendable {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(Bytes())
        context.fireChannelRead(data)
    }
}

/// Between decoder and codec, where the version and every Host can still be seen: a request of HTTP/1.1 without Host, one
/// with several and one whose Host is none are 400 and end the connection (RFC 9112, 3.2).
final class HostCheck: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        if case .head(let head) = unwrapInboundIn(data), !HostCheck.isSound(head) {
            isOver = true
            // As what is no HTTP: the server says 400 once what came before is answered.
            return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
        }
        context.fireChannelRead(data)
    }

    private static func isSound(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["host"]
        guard let host = hosts.first else { return head.version == .http1_0 }
        return hosts.count == 1 && host.utf8.allSatisfy(isAllowed)
    }

    /// Of uri-host and port (RFC 3986, 3.2.2): letters, digits, and these.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:%[]".utf8.contains(byte)
        }
    }
}
