/// One node's right to read a source that only one may read at a time: a mailbox, a folder. Times are the ledger's own, so
/// that no node's clock can end another's lease; `fence` grows with each taking, and what is brought in under an older
/// one is not kept.
package struct Lease: Sendable, Equatable {
    package var name: String
    package var fence: Int64

    package init(name: String, fence: Int64) {
        self.name = name
        self.fence = fence
    }

    /// What the task at hand reads under: every parcel it brings carries it, whatever channel it is. Nil where nobody
    /// else can read the same.
    @TaskLocal package static var held: Lease?
}

/// Whether a lease was to be had.
package enum LeaseAnswer: Sendable, Equatable {
    case taken(Lease)
    /// The ledger is this process's alone: nothing is to be renewed, nobody else can come.
    case alone
    /// Another node has it.
    case elsewhere
}
