import Intake

/// The disk of the blobs as rule 9 wants it: whatever of it does not pass is told at once, by whichever call it met.
struct BlobDisk: Sendable {
    /// Told each time.
    let failed: @Sendable (Trouble) -> Void

    func loudly<Value>(_ work: () throws(Trouble) -> Value) throws(Trouble) -> Value {
        do throws(Trouble) { return try work() } catch {
            if error.kind == .needsPerson { failed(error) }
            throw error
        }
    }
}
