//! The kinds of journal entries: the one list of what a log can say has happened.
//!
//! The codes stand in every leaf, and readers in other languages go by `docs/protocol.md`; a test
//! holds that page against this list.

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal,)*) => {
        /// What an entry says has happened: its field `kind`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EntryKind {
            $($(#[$doc])* $kind,)*
        }

        impl EntryKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The word for it in the entry.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }
        }
    };
}

kinds! {
    // What passed between two nodes, in their exchange logs.
    /// A message of ours is on its way (ETSI event A.1).
    MessageSent = "message.sent",
    /// A message of the counterpart lies here, sealed (D.1), or was refused (D.2).
    MessageAccepted = "message.accepted",
    /// The content of a message was handed over (E.1), or could not be (E.2).
    MessageOpened = "message.opened",
    /// The counterpart's receipt for a message of ours is here.
    ReceiptReceived = "receipt.received",
    /// A message of the counterpart that was accepted is lost here: what we held was set back.
    MessageLost = "message.lost",
    /// A message of ours is sent again, because the counterpart has lost it after its receipt.
    MessageSentAgain = "message.sent-again",
    /// The headers of a message of ours may leave.
    HeaderReleased = "header.released",
    /// A key manifest of ours is in force.
    KeysPublished = "keys.published",
    /// A key manifest of a counterpart is in force.
    KeysAccepted = "keys.accepted",
    /// The office journal's head, as a salted hash; in the office journal what opens it.
    OfficeAnchored = "office.anchored",
    /// The log goes on under a new origin.
    EpochOpened = "epoch.opened",
    // Acts of officers, in the office journal.
    /// An officer was appointed.
    OfficerAdded = "officer.added",
    /// The operator accepted a counterpart's keys.
    PeerAccepted = "peer.accepted",
    /// The connection is tried.
    PingSent = "ping.sent",
    /// A request was drafted.
    RequestDrafted = "request.drafted",
    /// A draft was submitted for release.
    RequestSubmitted = "request.submitted",
    /// A request was released.
    RequestReleased = "request.released",
    /// A request was withdrawn, by us or by the counterpart.
    RequestWithdrawn = "request.withdrawn",
    /// A reviewer decided about a finding.
    ScreeningReviewed = "screening.reviewed",
    /// An answer was drafted.
    AnswerDrafted = "answer.drafted",
    /// An answer was released.
    AnswerReleased = "answer.released",
    /// A record was written down.
    RecordWritten = "record.written",
    /// A parliamentary inquiry came in.
    InquiryRegistered = "inquiry.registered",
    /// The draft of its answer was filed.
    InquiryAnswerFiled = "inquiry.answer-filed",
    /// Its answer was released.
    InquiryAnswerReleased = "inquiry.answer-released",
    /// The clock of an exercise was moved.
    ExerciseClockMoved = "exercise.clock-moved",
    // What happened besides, in the office journal.
    /// A policy refused an act.
    ActRefused = "act.refused",
    /// A request of the counterpart became a case.
    RequestReceived = "request.received",
    /// The counterpart's answer reached its case.
    AnswerReceived = "answer.received",
    /// A receipt reached its case.
    ReceiptFiled = "receipt.filed",
    /// The counterpart's answer is overdue.
    RequestOverdue = "request.overdue",
    /// It did not come within the time of grace either.
    RequestUnanswered = "request.unanswered",
    /// Our answer is overdue.
    AnswerOverdue = "answer.overdue",
    /// A message was turned away.
    MessageRejected = "message.rejected",
    /// Further ones of that day are not noted one by one.
    MessageRejectionsSuppressed = "message.rejections-suppressed",
    /// A message that was accepted has no effect.
    MessageUnusable = "message.unusable",
    /// The counterpart tried the connection.
    PingAnswered = "ping.answered",
    /// Records were written down together.
    RecordsImported = "records.imported",
    /// A piece of the counterpart's exchange log is on file.
    PeerExtractFiled = "peer.extract-filed",
    /// That log does not continue what it showed before.
    PeerLogRewritten = "peer.log-rewritten",
    /// The counterpart signed two trees of one size.
    PeerLogForked = "peer.log-forked",
    /// The node signs though too few witnesses have confirmed its standing.
    StandingUnconfirmed = "standing.unconfirmed",
    /// Enough have, and some gave no answer or came late.
    StandingConfirmed = "standing.confirmed",
    /// Entries have been without sufficient cosignature for too long.
    WitnessLagging = "witness.lagging",
    /// They have it.
    WitnessCaughtUp = "witness.caught-up",
    /// A witness refuses, or has forgotten what it cosigned.
    WitnessFaulty = "witness.faulty",
    /// It cosigns again.
    WitnessSound = "witness.sound",
    /// Content was destroyed at its date.
    ContentDestroyed = "content.destroyed",
    /// The daily self-check found nothing.
    SelfCheckPassed = "self-check.passed",
    /// It found something.
    SelfCheckFailed = "self-check.failed",
}
