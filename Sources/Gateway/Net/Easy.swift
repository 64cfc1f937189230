import CCurl
import Intake

/// One libcurl easy handle with the lists it owns. Touched only by the thread that made it.
@safe final class Easy {
    let handle: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []

    /// Nil without memory.
    init?() {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = unsafe handle
        set(CURLOPT_NOSIGNAL, 1)
        // No proxy from the environment of the daemon; none at all.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, 0)
    }

    var key: UInt { UInt(bitPattern: unsafe handle) }

    func set(_ option: CURLoption, _ value: Int) { unsafe _ = ccurl_set_long(handle, option, value) }
    func set(_ option: CURLoption, size: Int64) { unsafe _ = ccurl_set_size(handle, option, curl_off_t(size)) }
    func set(_ option: CURLoption, _ value: String?) { unsafe _ = ccurl_set_text(handle, option, value) }

    /// The list lives as long as the handle.
    func set(_ option: CURLoption, list: [String]) {
        var head: UnsafeMutablePointer<curl_slist>?
        for line in list { unsafe head = unsafe curl_slist_append(head, line) }
        guard let head = unsafe head else { return }
        unsafe lists.append(head)
        unsafe _ = ccurl_set_list(handle, option, head)
    }

    /// Limits, trust and TLS of every connection we make: TLS 1.2 or newer, certificates checked. With a CA file only
    /// that file is believed, without one what the system believes.
    func connect(within connect: Duration, total: Duration, caFile: String?) {
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, connect.wholeMilliseconds)))
        set(CURLOPT_TIMEOUT_MS, Int(max(1, total.wholeMilliseconds)))
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        guard let caFile else { return }
        set(CURLOPT_CAINFO, caFile)
        set(CURLOPT_CAPATH, nil)
    }

    func number(_ info: CURLINFO) -> Int { unsafe ccurl_long(handle, info) }

    /// When the first of the certificates the server showed ends; nil without TLS, or where CURLOPT_CERTINFO was not set.
    var certificateEnds: Instant? {
        guard let found = unsafe ccurl_certificates(handle) else { return nil }
        var ends: [Instant] = []
        for number in 0..<Int(unsafe found.pointee.num_of_certs) {
            var line = unsafe found.pointee.certinfo?[number]
            while let text = unsafe line?.pointee.data.map({ unsafe String(cString: $0) }) {
                // "Expire date:Dec 21 10:26:49 2026 GMT"
                if text.hasPrefix("Expire date:") {
                    let seconds = unsafe curl_getdate(String(text.dropFirst("Expire date:".count)), nil)
                    if seconds > 0 { ends.append(Instant(seconds: Int64(seconds))) }
                }
                unsafe line = line?.pointee.next
            }
        }
        return ends.min()
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
    }
}
