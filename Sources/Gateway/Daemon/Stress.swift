import Intake
import Logging

/// Tells what presses the inbox: in the metrics, at `/readyz`, and to channels that can wait.
extension Pressure {
    /// `intake_stress` is 1 while more is sent than can be kept (see `Pressure.isStressed`), else 0. For each channel: what
    /// waits, and who was told to come back, by cause. Cause `crowd` is told before a request is routed: its channel is the
    /// one that answers under its path, and `listener` where none does or nothing was read.
    func show(_ metrics: Metrics, channels: some Sequence<String>) {
        metrics.set("intake_stress", to: isStressed ? 1 : 0)
        metrics.set("intake_backlog_parcels", to: Double(waiting.values.reduce(0, +)))
        metrics.set("intake_backlog_bytes", to: Double(bytes))
        metrics.set("intake_wait_seconds", to: forecast / .seconds(1))
        for channel in channels {
            metrics.set("intake_channel_waiting", ["channel": channel], to: Double(waiting[channel] ?? 0))
        }
        for (one, count) in refused {
            metrics.set(
                "intake_refused_total", ["channel": one.channel, "cause": one.cause.rawValue], to: Double(count))
        }
    }

    /// For `/readyz`.
    var text: String {
        if !isStressed { return "ready" }
        let count = refused.values.reduce(0, +)
        return """
            ready, under stress: \(waiting.values.reduce(0, +)) reports wait, \(count) were told to come back since the \
            start
            """
    }
}

extension Inbox {
    /// Lets those go first who wait for an answer: a channel whose source keeps what it has (mails, files) asks before it
    /// brings more, and rests for at most `longest` seconds while more is sent than can be kept. It says so.
    func turn(of channel: String, _ tools: Tools, longest: Int = 30) async {
        guard isStressed else { return }
        tools.metrics.set("intake_held_back", ["channel": channel], to: 1)
        tools.log.notice(
            "a channel holds back: more is sent than can be kept", metadata: ["channel": "\(channel)"])
        for _ in 0..<longest where isStressed {
            tools.metrics.count("intake_held_back_seconds_total", ["channel": channel])
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { break }
        }
        tools.metrics.set("intake_held_back", ["channel": channel], to: 0)
    }
}
