import CCurl
import Intake

/// One libcurl transfer as its thread sees it.
protocol Transfer: AnyObject {
    var easy: Easy { get }
    /// Only connects; its handle stays in use after the success.
    var staysConnected: Bool { get }
    func finished(_ end: TransferEnd)
}

enum TransferEnd {
    case code(CURLcode)
    case cancelled
}

extension NetThread {
    /// Makes a transfer on the thread and waits for its outcome. Cancelling the task ends the transfer.
    func transfer<Answer: Sendable>(
        _ make:
            @escaping @Sendable (NetCore, @escaping (Result<Answer, Trouble>) -> Void) throws(Trouble) -> any Transfer
    ) async throws(Trouble) -> Answer {
        let slot = Slot()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Answer, Trouble>, Never>) in
                run { core in
                    do throws(Trouble) {
                        let transfer = try make(core) { continuation.resume(returning: $0) }
                        if slot.cancelled { return transfer.finished(.cancelled) }
                        slot.transfer = transfer
                        core.start(transfer)
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            run { core in
                slot.cancelled = true
                if let transfer = slot.transfer { core.cancel(transfer) }
            }
        }
        return try result.get()
    }
}

/// What a call and its cancellation share.
// Unchecked: read and written on the NetThread only.
private final class Slot: @unchecked Sendable {
    weak var transfer: (any Transfer)?
    var cancelled = false
}
