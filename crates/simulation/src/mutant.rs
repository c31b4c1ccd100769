//! Builds that are broken on purpose. Each must be caught within a few seeds, or the simulator looks
//! at nothing.

/// How a build is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A commit returns before the database has synced.
    CommitsWithoutSync,
    /// A commit and the head in the anchor return before anything is on a disk, so that a receipt
    /// goes out before its entry is durable, and the anchor does not notice.
    ReceiptsBeforeDurable,
    /// Heads are signed before the transaction is durable.
    SignsBeforeCommit,
    /// The anchor moves heads whatever stands there.
    AnchorWithoutCompare,
    /// The anchor moves nothing.
    AnchorWithoutSwap,
    /// A witness cosigns first and writes down later what it has seen.
    WitnessSignsFirst,
    /// An office does not notice that a message was opened already, nor that others have written.
    OpensTwice,
}

impl Mutant {
    pub(crate) const ALL: [Self; 7] = [
        Self::CommitsWithoutSync,
        Self::ReceiptsBeforeDurable,
        Self::SignsBeforeCommit,
        Self::AnchorWithoutCompare,
        Self::AnchorWithoutSwap,
        Self::WitnessSignsFirst,
        Self::OpensTwice,
    ];
}
