-- Sends the requests of a file, each once, over and over connections. A request is two lines: path and headers with
-- "|" for the line ends, then the body. Used by deploy/measure.py with wrk: wrk -t1 -s load.lua URL -- FILE
local file

function init(args)
    file = assert(io.open(args[1], "r"))
end

function request()
    local head = file:read("*l")
    if not head then
        wrk.thread:stop()
        return "GET /exhausted HTTP/1.1\r\nHost: bench\r\n\r\n"
    end
    local body = file:read("*l")
    return head:gsub("|", "\r\n") .. "\r\nHost: bench\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
    io.write(string.format(
        '\nDONE {"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
