import Intake

/// Every adapter there is: one line each.
enum Registry {
    static let channels: [any Channel.Type] = [
        APIChannel.self, FileDropChannel.self, FormChannel.self, MailboxChannel.self, WebhookChannel.self,
        WeChatChannel.self,
    ]

    static let dispatchers: [any Dispatcher.Type] = [
        FolderDispatcher.self, HTTPDispatcher.self, SMTPDispatcher.self,
    ]
}
